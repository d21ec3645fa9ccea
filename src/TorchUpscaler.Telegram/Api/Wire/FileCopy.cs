namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Copies bytes that come from outside, and no more of them than allowed.</summary>
internal static class FileCopy
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Copies to the end.</summary>
    /// <param name="source">What comes.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="maximumBytes">More is an error.</param>
    /// <param name="moved">Told how many bytes have gone.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="tooLong">The error for more; default: the file is too big.</param>
    /// <exception cref="BrokenSourceException">The source broke off.</exception>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    internal static async Task<long> Copy(Stream source, Stream destination, long maximumBytes, Action<int> moved, CancellationToken cancellation, Func<BotApiException>? tooLong = null)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var total = 0L;
            while (await Read(source, buffer.AsMemory(0, BufferBytes), cancellation) is var count and > 0)
            {
                total += count;
                if (total > maximumBytes) throw tooLong?.Invoke() ?? TooBig(maximumBytes);
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellation);
                moved(count);
            }
            return total;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<int> Read(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (IOException)
        {
            throw new BrokenSourceException();
        }
    }

    internal static BotApiException TooBig(long maximumBytes) =>
        new(BotError.FileTooBig, FormattableString.Invariant($"the file has more than the {maximumBytes} bytes that are allowed"));
}

/// <summary>What was read from broke off; an error of what is written to is none of this.</summary>
internal sealed class BrokenSourceException : Exception;
