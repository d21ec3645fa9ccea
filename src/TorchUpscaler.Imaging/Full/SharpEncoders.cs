using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Webp;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// How ImageSharp's encoders are asked, and what memory they take. Its PNG is not used (see <see cref="PngRowWriter"/>), nor its TIFF, which
/// has neither alpha nor 16 bits of colour.
/// </summary>
internal static class SharpEncoders
{
    private const long LargestHeld = 4L << 30; // of ImageSharp's pictures

    /// <summary>The formats that are written.</summary>
    internal static IReadOnlyList<PictureFormat> Formats { get; } = [PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP];

    /// <summary>Whether the encoder writes from the beginning to the end; others go back and fill in lengths.</summary>
    internal static bool GoesStraightOn(PictureFormat format) => format != PictureFormat.WebP;

    /// <summary>The encoder for pixels as they are fitted. What is carried beside them is put in behind it.</summary>
    internal static IImageEncoder For(EncodeOptions options, int channels, int bits)
    {
        var quality = OwnQuality.Of(options.Format, options.Quality);
        return options.Format switch
        {
            PictureFormat.Jpeg => new JpegEncoder
            {
                ColorType = channels == 1 ? JpegEncodingColor.Luminance : JpegEncodingColor.YCbCrRatio444,
                Quality = quality,
                Interleaved = true,
                SkipMetadata = true,
            },
            PictureFormat.WebP => new WebpEncoder
            {
                FileFormat = WebpFileFormatType.Lossy,
                Quality = quality,
                TransparentColorMode = WebpTransparentColorMode.Preserve,
                SkipMetadata = true,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Format, "not an output format"),
        };
    }

    /// <summary>Refuses a result that ImageSharp would not hold, before it is computed.</summary>
    /// <exception cref="PictureException">Too large.</exception>
    internal static void CheckSize(PictureFormat format, ResultShape shape)
    {
        if (FittedBytes(format, shape) <= LargestHeld) return;
        throw new PictureException($"a {PictureFormats.Name(format)} of {shape.Width}×{shape.Height} pixels is larger than ImageSharp can write; write PNG instead, or choose a smaller scale");
    }

    /// <summary>Memory at the peak, in bytes: the whole result, and what the encoder makes of it. Measured on noise at quality 100, which takes the most, and rounded up.</summary>
    internal static long Bytes(PictureFormat format, ResultShape shape)
    {
        const long always = 16 << 20;
        const int jpegBytesPerColumn = 256; // of some rows of blocks
        const long webpAlways = 64 << 20;
        const int webpBytesPerPixel = 56, webpBytesPerPixelWithAlpha = 64; // measured: 45 and 53, and of small pictures up to 77
        var held = FittedBytes(format, shape);
        return always + format switch
        {
            PictureFormat.Jpeg => held + ((long)shape.Width * jpegBytesPerColumn),
            _ => webpAlways + ((long)shape.Width * shape.Height * (shape.Channels is 2 or 4 ? webpBytesPerPixelWithAlpha : webpBytesPerPixel)),
        };
    }

    private static long FittedBytes(PictureFormat format, ResultShape shape) => (long)new RowFitter(shape, format).RowBytes * shape.Height;
}
