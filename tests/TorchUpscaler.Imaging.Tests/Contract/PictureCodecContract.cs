using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>What every <see cref="IPictureCodec"/> has to do. One class a codec derives from it.</summary>
public abstract partial class PictureCodecContract : IDisposable
{
    private protected const long NoLimit = long.MaxValue;

    private readonly string _folder = Directory.CreateTempSubdirectory("pictures").FullName;

    /// <summary>Every kind of samples: channels and bits.</summary>
    public static TheoryData<int, int> Kinds { get; } = new() { { 1, 8 }, { 2, 8 }, { 3, 8 }, { 4, 8 }, { 1, 16 }, { 2, 16 }, { 3, 16 }, { 4, 16 } };

    /// <summary>The codec under test.</summary>
    protected abstract IPictureCodec Codec { get; }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string In(string name) => Path.Combine(_folder, name);

    private protected string[] FilesLeft() => [.. Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order()!];

    /// <summary>Writes pixels by rows, <paramref name="chunk"/> at a time.</summary>
    private protected void Write(string path, Pixels pixels, EncodeOptions options, PictureMetadata? metadata = null, int chunk = 7)
    {
        var shape = new ResultShape(pixels.Width, pixels.Height, pixels.Channels, pixels.Bits, metadata ?? PictureMetadata.None);
        using var writer = Codec.Create(path, shape, options);
        for (var y = 0; y < pixels.Height; y += chunk)
        {
            var rows = Math.Min(chunk, pixels.Height - y);
            writer.Write(pixels.Bytes.AsSpan(y * pixels.RowBytes, rows * pixels.RowBytes), rows);
        }
        writer.Complete();
    }

    /// <summary>
    /// Whether this codec cannot write a format: then that is refused at once, in the sentence for it, and leaves nothing behind. What every
    /// program does is not to be refused.
    /// </summary>
    private protected bool IsRefused(PictureFormat format)
    {
        if (Codec.OutputFormats.Contains(format)) return false;
        Assert.DoesNotContain(format, (PictureFormat[])[PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP]);
        var before = FilesLeft();
        var message = Refusal(() => Codec.Create(In("refused"), new ResultShape(8, 8, 3, 8, PictureMetadata.None), new EncodeOptions(format)));
        Assert.StartsWith($"{PictureFormats.Name(format)} cannot be written on this machine; ", message, StringComparison.Ordinal);
        Assert.EndsWith($"choose another format ({string.Join(", ", Codec.OutputFormats.Select(PictureFormats.Name))})", message, StringComparison.Ordinal);
        Assert.Equal(before, FilesLeft());
        return true;
    }

    private protected Picture Read(string path) => Codec.Read(path, NoLimit, CancellationToken.None);

    /// <summary>The error of a refused file: one sentence without a line break.</summary>
    private protected static string Refusal(Action action)
    {
        var message = Assert.Throws<PictureException>(action).Message;
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, 10, 400);
        return message;
    }

    private protected static void AssertSame(Pixels expected, Picture actual)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels, expected.Bits), (actual.Width, actual.Height, actual.Channels, actual.Bits));
        AssertSameBytes(expected.Bytes, actual.Bytes);
    }

    private protected static void AssertSame(Pixels expected, Pixels actual)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels, expected.Bits), (actual.Width, actual.Height, actual.Channels, actual.Bits));
        AssertSameBytes(expected.Bytes, actual.Bytes);
    }

    private protected static void AssertClose(Pixels expected, Pixels actual, double meanDifference)
    {
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (actual.Width, actual.Height, actual.Channels));
        var sum = expected.Bytes.Zip(actual.Bytes, (a, b) => Math.Abs(a - b)).Sum();
        Assert.InRange((double)sum / expected.Bytes.Length, 0, meanDifference);
    }

    private protected static Pixels Of(Picture picture) => new(picture.Width, picture.Height, picture.Channels, picture.Bits, picture.Bytes.ToArray());

    private static void AssertSameBytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        var at = expected.CommonPrefixLength(actual);
        if (at == expected.Length && at == actual.Length) return;
        Assert.Fail($"byte {at} of {expected.Length} ({actual.Length}) is {(at < actual.Length ? actual[at] : -1)}, not {(at < expected.Length ? expected[at] : -1)}");
    }

    /// <summary>A file's bytes as Latin-1 text, to look for markers in.</summary>
    private protected static string Latin(string path) => Encoding.Latin1.GetString(File.ReadAllBytes(path));
}
