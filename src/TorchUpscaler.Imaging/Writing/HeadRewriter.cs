using System.Buffers;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// For formats whose metadata stand before the pixels: the encoder's bytes are held back until the file's head is whole,
/// the head is written anew, and all that follows passes through.
/// </summary>
internal abstract class HeadRewriter : FileRewriter
{
    private const int LongestHead = 1 << 20;

    private ArrayBufferWriter<byte>? _head = new();

    /// <inheritdoc/>
    internal sealed override void Write(ReadOnlySpan<byte> bytes, Stream output)
    {
        if (_head == null)
        {
            output.Write(bytes);
            return;
        }
        if (_head.WrittenCount == 0 && Rewrite(bytes, output) is > 0 and var whole)
        {
            // An encoder that hands over its file as a whole may have made a large one.
            output.Write(bytes[whole..]);
            _head = null;
            return;
        }
        _head.Write(bytes);
        var used = Rewrite(_head.WrittenSpan, output);
        if (used > 0)
        {
            output.Write(_head.WrittenSpan[used..]);
            _head = null;
        }
        else if (_head.WrittenCount > LongestHead)
        {
            throw new InvalidDataException("the encoder's file has no end of its head");
        }
    }

    /// <inheritdoc/>
    internal sealed override void Finish(Stream output)
    {
        if (_head != null) throw new InvalidDataException("the encoder's file ends in its head");
    }

    /// <summary>Once the head is whole, writes it with the metadata and returns how many of its bytes are dealt with; 0 before.</summary>
    protected abstract int Rewrite(ReadOnlySpan<byte> head, Stream output);
}
