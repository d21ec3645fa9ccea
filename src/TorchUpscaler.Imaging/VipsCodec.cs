using System.Globalization;
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
        InputExtensions = FileKind.All.Where(kind => kind.IsAvailable).SelectMany(kind => kind.Extensions)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public string Description => $"libvips {VipsLibrary.Version}";

    /// <inheritdoc/>
    public IReadOnlySet<string> InputExtensions { get; }

    /// <inheritdoc/>
    public IReadOnlyList<PictureFormat> OutputFormats => [.. Enum.GetValues<PictureFormat>().Where(format => format != PictureFormat.Avif || AvifEncoder.IsAvailable)];

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
        CheckPixels(path, file.Header, maxPixels);
        return file.Decode(cancellation);
    }

    /// <inheritdoc/>
    public IPictureWriter Create(string path, ResultShape shape, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        CheckShape(shape);
        PictureFormats.CheckSize(options.Format, shape.Width, shape.Height);
        if (!OutputFormats.Contains(options.Format)) throw new PictureException(PictureFormats.CannotBeWritten(options.Format, OutputFormats));
        var file = ResultFile.Create(path);
        try
        {
            return new VipsPictureWriter(file, shape, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

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

    private static void CheckShape(ResultShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Width, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Height, 1, nameof(shape));
        if (shape.Channels is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(shape), shape.Channels, "1 to 4 channels");
        if (shape.Bits is not (8 or 16)) throw new ArgumentOutOfRangeException(nameof(shape), shape.Bits, "8 or 16 bits");
    }

    private static void CheckPixels(string path, PictureHeader header, long maxPixels)
    {
        var pixels = (long)header.Width * header.Height;
        if (pixels > maxPixels)
        {
            throw new PictureException(string.Create(CultureInfo.InvariantCulture,
                $"{Display.Path(path)} has {header.Width}×{header.Height} pixels ({pixels / 1e6:0.0} megapixels), more than the ")
                + string.Create(CultureInfo.InvariantCulture, $"{maxPixels / 1e6:0.0} megapixels that are allowed; make it smaller or raise the limit"));
        }
    }
}
