namespace TorchUpscaler.WeightConverter;

/// <summary>Standard output, which may be a file on a full disk: what it does not take ends the program with a sentence.</summary>
/// <param name="standardOutput">Where everything goes.</param>
internal sealed class ResultStream(Stream standardOutput) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            standardOutput.Write(buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolFailureException("standard output cannot be written: its disk is full or it is closed; send it elsewhere", error);
        }
    }

    public override void Flush() => standardOutput.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
