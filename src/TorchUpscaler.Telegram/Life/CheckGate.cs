namespace TorchUpscaler.Telegram.Life;

/// <summary>Lets several in at a time, or one alone.</summary>
internal sealed class CheckGate : IDisposable
{
    private const int Most = 4;

    private readonly SemaphoreSlim _places = new(Most);
    private readonly SemaphoreSlim _alone = new(1); // two that each took half of the places would wait for ever

    /// <summary>Does something inside.</summary>
    /// <param name="isAlone">Whether nobody else is to be inside meanwhile.</param>
    /// <param name="work">What is done.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<T> Inside<T>(bool isAlone, Func<Task<T>> work, CancellationToken cancellation)
    {
        var (places, taken) = (isAlone ? Most : 1, 0);
        if (isAlone) await _alone.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            for (; taken < places; taken++) await _places.WaitAsync(cancellation).ConfigureAwait(false);
            return await work().ConfigureAwait(false);
        }
        finally
        {
            if (taken > 0) _places.Release(taken);
            if (isAlone) _alone.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _places.Dispose();
        _alone.Dispose();
    }
}
