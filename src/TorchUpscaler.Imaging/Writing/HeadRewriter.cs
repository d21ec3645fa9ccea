using System.Buffers;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Puts profile, EXIF and resolution into an encoded file while it is written. libvips' savers would take EXIF apart and
/// write it anew, losing what they do not know; here the blocks arrive byte for byte. The encoder's bytes are held back
/// until the file's head is whole, the head is written with the metadata, and all that follows passes through.
/// </summary>
internal abstract class HeadRewriter
{
    private const int LongestHead = 1 << 20;

    private ArrayBufferWriter<byte>? _head = new();

    /// <summary>The rewriter for a format.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="shape">Size and metadata.</param>
    /// <param name="channels">Channels in the file, where the format had to change them.</param>
    internal static HeadRewriter For(PictureFormat format, ResultShape shape, int channels)
    {
        var metadata = ResultMetadata.For(shape, isGrey: channels < 3);
        return format switch
        {
            PictureFormat.Png => new PngHead(metadata),
            PictureFormat.Jpeg => new JpegHead(metadata),
            PictureFormat.WebP => new WebPHead(metadata, shape.Width, shape.Height, hasAlpha: channels == 4),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not an output format"),
        };
    }

    /// <summary>Takes the encoder's next bytes.</summary>
    internal void Write(ReadOnlySpan<byte> bytes, Stream output)
    {
        if (_head == null)
        {
            output.Write(bytes);
            return;
        }
        _head.Write(bytes);
        var head = _head.WrittenSpan;
        var used = Rewrite(head, output);
        if (used == 0)
        {
            if (head.Length > LongestHead) throw new InvalidDataException("the encoder's file has no end of its head");
            return;
        }
        output.Write(head[used..]);
        _head = null;
    }

    /// <summary>The encoder has ended.</summary>
    internal void Finish(Stream output)
    {
        if (_head != null) throw new InvalidDataException("the encoder's file ends in its head");
        WriteTail(output);
    }

    /// <summary>Once the head is whole, writes it with the metadata and returns how many of its bytes are dealt with; 0 before.</summary>
    protected abstract int Rewrite(ReadOnlySpan<byte> head, Stream output);

    /// <summary>Writes what stands behind the pixels.</summary>
    protected virtual void WriteTail(Stream output) { }
}
