using TorchUpscaler.Telegram.Api.Wire;

namespace TorchUpscaler.Telegram.Full;

/// <summary>Lets so many bytes through to a stream, and no more.</summary>
/// <param name="destination">Where they go; stays the caller's.</param>
/// <param name="maximumBytes">More is an error.</param>
/// <param name="moved">Told how many bytes have gone.</param>
internal sealed class BoundedStream(Stream destination, long maximumBytes, Action<int> moved) : Stream
{
    /// <summary>How many bytes have come.</summary>
    internal long Count { get; private set; }

    /// <summary>Why a write failed, whatever whoever wrote makes of it.</summary>
    internal Exception? Failure { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            Count += buffer.Length;
            if (Count > maximumBytes) throw FileCopy.TooBig(maximumBytes);
            await destination.WriteAsync(buffer, cancellationToken);
            moved(buffer.Length);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Failure = error;
            throw;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is kept.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
