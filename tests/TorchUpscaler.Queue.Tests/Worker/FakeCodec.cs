using System.Globalization;
using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>Pictures that are a line of text, <c>WIDTH HEIGHT NAME</c>; decoded ones carry their name as EXIF, results say only their size.</summary>
internal sealed class FakeCodec : IPictureCodec
{
    public string Description => "text";

    public IReadOnlySet<string> InputExtensions { get; } = new HashSet<string> { ".txt" };

    public IReadOnlyList<PictureFormat> OutputFormats { get; } = Enum.GetValues<PictureFormat>();

    /// <summary>Called before a result is completed; may throw what a disk would.</summary>
    internal Action BeforeComplete { get; set; } = () => { };

    internal static byte[] File(int width, int height, string name) => Encoding.UTF8.GetBytes(FormattableString.Invariant($"{width} {height} {name}"));

    internal static string NameOf(Picture picture) => Encoding.UTF8.GetString(picture.Metadata.Exif!);

    public PictureHeader ReadHeader(string path)
    {
        var (width, height, _) = Parse(path);
        return new PictureHeader(width, height, 3, 8, PictureFormat.Png);
    }

    public Picture Read(string path, long maxPixels, CancellationToken cancellation)
    {
        var (width, height, name) = Parse(path);
        return new Picture(width, height, 3, 8, new PictureMetadata { Exif = Encoding.UTF8.GetBytes(name) });
    }

    public IPictureWriter Create(string path, ResultShape shape, EncodeOptions options) => new Writer(this, path, shape);

    public void Recode(string path, string target, EncodeOptions options, CancellationToken cancellation) => System.IO.File.Copy(path, target, overwrite: true);

    public long EncoderBytes(PictureFormat format, ResultShape shape) => 0;

    private static (int, int, string) Parse(string path)
    {
        var words = System.IO.File.ReadAllText(path).Split(' ');
        if (words.Length != 3) throw new PictureException($"{path} is no picture; send another file");
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words[2]);
    }

    private sealed class Writer(FakeCodec codec, string path, ResultShape shape) : IPictureWriter
    {
        public void Write(ReadOnlySpan<byte> rows, int count)
        {
            // Only how many there are matters.
        }

        public void Complete()
        {
            codec.BeforeComplete();
            System.IO.File.WriteAllText(path, FormattableString.Invariant($"{shape.Width} {shape.Height}"));
        }

        public void Dispose()
        {
            // Nothing is open.
        }
    }
}
