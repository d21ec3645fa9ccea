using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Full;

/// <summary>Takes an encoder's bytes, in their order, through a <see cref="FileRewriter"/> into a file.</summary>
/// <param name="rewriter">Puts in what is carried.</param>
/// <param name="output">The file.</param>
internal sealed class EncodedStream(FileRewriter rewriter, Stream output) : Stream
{
    private long _length;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <summary>As it says where it stands; ImageSharp writes into a copy in memory where that is unknown, and that copy loses bytes.</summary>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException("the encoder goes back in its file");
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        rewriter.Write(buffer, output);
        _length += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("the encoder goes back in its file");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
