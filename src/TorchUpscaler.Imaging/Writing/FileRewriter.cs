using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Puts profile, EXIF and resolution into an encoded file while it is written, and leaves out what the encoder has put
/// there. libvips' savers would take EXIF apart and write it anew, losing what they do not know; here the blocks arrive
/// byte for byte.
/// </summary>
internal abstract class FileRewriter
{
    /// <summary>The rewriter for a format.</summary>
    /// <param name="options">The file's format, and what of the metadata is carried.</param>
    /// <param name="shape">Size and metadata.</param>
    /// <param name="channels">Channels in the file, where the format had to change them.</param>
    internal static FileRewriter For(EncodeOptions options, ResultShape shape, int channels)
    {
        var metadata = ResultMetadata.For(shape, isGrey: channels < 3, options.Metadata);
        return options.Format switch
        {
            PictureFormat.Png => new PngHead(metadata),
            PictureFormat.Jpeg => new JpegHead(metadata),
            PictureFormat.WebP => new WebPRewriter(metadata, shape.Width, shape.Height, hasAlpha: channels == 4),
            PictureFormat.Avif => new AvifHead(metadata),
            PictureFormat.Tiff => new TiffEnd(metadata),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Format, "not an output format"),
        };
    }

    /// <summary>Takes the encoder's next bytes.</summary>
    internal abstract void Write(ReadOnlySpan<byte> bytes, Stream output);

    /// <summary>The encoder has ended.</summary>
    /// <exception cref="InvalidDataException">Its file is not whole.</exception>
    internal abstract void Finish(Stream output);
}
