using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary>
/// Looks into the store for those who ask over HTTP: one look at a time and at most two a second, however many ask, and nobody
/// waits long for a store that does not answer.
/// </summary>
internal sealed class StoreLook(IJobStore store, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private Task<QueueStats>? _look;
    private long _begun;

    /// <summary>What is in the store, or why that cannot be told.</summary>
    internal async Task<(QueueStats? Stats, string? Problem)> Ask()
    {
        try
        {
            return (await Look().WaitAsync(Patience, clock), null);
        }
        catch (TimeoutException)
        {
            return (null, "the store does not answer");
        }
        catch (StoreUnavailableException error)
        {
            return (null, error.Message);
        }
    }

    private Task<QueueStats> Look()
    {
        lock (_lock)
        {
            if (_look is not null && (!_look.IsCompleted || clock.GetElapsedTime(_begun) < Freshness)) return _look;
            _begun = clock.GetTimestamp();
            return _look = Task.Run(store.Stats);
        }
    }
}
