using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// A file made of pieces of another one and of bytes of ours: what a decoder is given of a picture's file. So it sees the pixels, what
/// belongs to them, and nothing else of what a stranger has put there.
/// </summary>
internal sealed class PiecesStream(SafeFileHandle file) : Stream
{
    private readonly List<(long At, long From, byte[]? Own)> _pieces = []; // At: in this stream; From: in the file
    private long _length, _position;

    /// <summary>Is asked at each reading.</summary>
    internal CancellationToken Cancellation { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new IOException("a place before the beginning");
    }

    /// <summary>Adds a piece of the file.</summary>
    internal void Take(long from, long count)
    {
        if (count == 0) return;
        // What follows at once is the same piece.
        if (_pieces.Count == 0 || _pieces[^1] is not { Own: null } last || last.From + (_length - last.At) != from) _pieces.Add((_length, from, null));
        _length += count;
    }

    /// <summary>Adds bytes of ours.</summary>
    internal void Add(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        _pieces.Add((_length, 0, bytes));
        _length += bytes.Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        Cancellation.ThrowIfCancellationRequested();
        if (_position >= _length || buffer.IsEmpty) return 0;
        var (at, from, own) = _pieces[PieceAt(_position, out var end)];
        buffer = buffer[..(int)Math.Min(buffer.Length, end - _position)];
        if (own is null)
        {
            var read = RandomAccess.Read(file, buffer, from + (_position - at));
            if (read == 0) throw new InvalidDataException("it has been cut short");
            buffer = buffer[..read];
        }
        else
        {
            own.AsSpan((int)(_position - at), buffer.Length).CopyTo(buffer);
        }
        _position += buffer.Length;
        return buffer.Length;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => _length,
    };

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int PieceAt(long position, out long end)
    {
        var (low, high) = (0, _pieces.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_pieces[middle].At <= position) low = middle;
            else high = middle - 1;
        }
        end = low + 1 < _pieces.Count ? _pieces[low + 1].At : _length;
        return low;
    }
}
