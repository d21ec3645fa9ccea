using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;
using TorchUpscaler.Imaging.Reading;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging;

/// <summary>
/// Reads and writes picture files with libvips. All members may be called from several threads at once.
/// A picture is decoded into its <see cref="Picture"/> strip by strip. Interlaced PNG, WebP, HEIF, AVIF and GIF are held
/// a second time by their decoders while that goes on; progressive JPEG keeps its coefficients. libvips keeps one error text
/// for the whole process, so of two calls that fail at the same moment either may tell the other's reason.
/// </summary>
public sealed class VipsCodec : IPictureCodec
{
    /// <summary>Finds and starts libvips.</summary>
    /// <exception cref="PictureException">libvips is not installed (the message says how to), or is too old.</exception>
    public VipsCodec()
    {
        VipsLibrary.Start();
        InputExtensions = FileKind.ExtensionsOf(VipsLoader.Kinds);
    }

    /// <inheritdoc/>
    public string Description => $"libvips {VipsLibrary.Version}";

    /// <inheritdoc/>
    public IReadOnlySet<string> InputExtensions { get; }

    /// <inheritdoc/>
    public IReadOnlyList<PictureFormat> OutputFormats => [.. Enum.GetValues<PictureFormat>().Where(format => format != PictureFormat.Avif || AvifEncoder.IsAvailable)];

    /// <inheritdoc/>
    public string? Remedy(PictureFormat format) =>
        format == PictureFormat.Avif ? "run: apt-get install libheif-plugin-aomenc (on Debian 13)" : null; // libheif, which may be there without an encoder

    /// <inheritdoc/>
    public PictureHeader ReadHeader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var file = PictureFile.Open(path);
        return file.Header;
    }

    /// <inheritdoc/>
    public Picture Read(string path, long maxPixels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        cancellation.ThrowIfCancellationRequested();
        using var file = PictureFile.Open(path);
        InputFile.CheckPixels(path, file.Header, maxPixels);
        return file.Decode(cancellation);
    }

    /// <inheritdoc/>
    public IPictureWriter Create(string path, ResultShape shape, EncodeOptions options) =>
        NewResult.Begin(this, path, shape, options, file => new VipsPictureWriter(file, shape, options));

    /// <inheritdoc/>
    public void Recode(string path, string target, EncodeOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        using var file = PictureFile.Open(path);
        using var writer = Create(target, file.Shape, options);
        file.CopyTo(writer, cancellation);
        writer.Complete();
    }

    /// <inheritdoc/>
    public long EncoderBytes(PictureFormat format, ResultShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return EncoderMemory.Bytes(format, shape);
    }
}
