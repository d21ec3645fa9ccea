using System.Reflection;
using SixLabors.ImageSharp;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Reading;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// Reads and writes picture files with SixLabors.ImageSharp. All members may be called from several threads at once. Pictures are held as
/// a whole: a decoded one twice until it has been handed out, and a result, but for PNG, until it is written. Inks (CMYK) become RGB by a plain formula.
/// </summary>
public sealed class ImageSharpCodec : IPictureCodec
{
    /// <inheritdoc/>
    public string Description => $"ImageSharp {Version}";

    /// <inheritdoc/>
    public IReadOnlySet<string> InputExtensions { get; } = FileKind.ExtensionsOf(SharpFile.Kinds);

    /// <inheritdoc/>
    public IReadOnlyList<PictureFormat> OutputFormats => SharpEncoders.Formats;

    // Behind a plus stands the commit.
    private static string Version => typeof(Image).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <inheritdoc/>
    public PictureHeader ReadHeader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = SharpFile.Open(path);
        return file.Header;
    }

    /// <inheritdoc/>
    public Picture Read(string path, long maxPixels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        cancellation.ThrowIfCancellationRequested();
        using var file = SharpFile.Open(path);
        InputFile.CheckPixels(path, file.Header, maxPixels);
        return file.Decode(cancellation);
    }

    /// <inheritdoc/>
    public IPictureWriter Create(string path, ResultShape shape, EncodeOptions options) => NewResult.Begin(this, path, shape, options, file =>
    {
        if (options.Format == PictureFormat.Png) return new PngRowWriter(file, shape, options);
        SharpEncoders.CheckSize(options.Format, shape);
        return new SharpPictureWriter(file, shape, options);
    });

    /// <inheritdoc/>
    public void Recode(string path, string target, EncodeOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        using var file = SharpFile.Open(path);
        file.CopyTo(shape => Create(target, shape, options), cancellation);
    }

    /// <inheritdoc/>
    public long DecoderBytes(PictureHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return SharpFile.DecoderBytes(header);
    }

    /// <inheritdoc/>
    public long EncoderBytes(PictureFormat format, ResultShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return format == PictureFormat.Png ? PngRowWriter.Bytes(shape) : SharpEncoders.Bytes(format, shape);
    }
}
