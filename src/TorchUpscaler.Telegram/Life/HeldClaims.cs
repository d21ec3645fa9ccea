using System.Collections.Concurrent;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Renews the leases of the claims that this process holds, and tells where one is void.</summary>
internal sealed class HeldClaims : IDisposable
{
    private readonly IJobStore _store;
    private readonly ConcurrentDictionary<Claim, (CancellationTokenSource Source, double Progress)> _held = [];
    private readonly Lock _renewing = new();
    private readonly ITimer _timer;

    internal HeldClaims(IJobStore store, TimeProvider clock)
    {
        _store = store;
        var pace = TimeSpan.FromSeconds(Math.Clamp(store.Options.Lease.TotalSeconds / 4, 0.05, 15));
        _timer = clock.CreateTimer(_ => Renew(), null, pace, pace);
    }

    /// <summary>Keeps a job's claim from now on.</summary>
    /// <returns>Cancelled when it is void: the job was cancelled, erased, or taken back.</returns>
    internal CancellationToken Add(Job job) => _held.GetOrAdd(job.Claim, _ => (new CancellationTokenSource(), job.Progress)).Source.Token;

    /// <summary>Whether a claim is kept.</summary>
    internal bool Has(Claim claim) => _held.ContainsKey(claim);

    /// <summary>Keeps it no more.</summary>
    internal void Remove(Claim claim)
    {
        lock (_renewing)
            if (_held.TryRemove(claim, out var held)) held.Source.Dispose();
    }

    /// <summary>Gives all back that are still kept; that is no failure of theirs.</summary>
    internal void HandBackAll()
    {
        foreach (var claim in _held.Keys.ToList())
        {
            Remove(claim);
            try
            {
                _store.HandBack(claim, TimeSpan.Zero);
            }
            catch (StoreUnavailableException)
            {
                // Whoever starts next on this machine takes it back.
            }
            _store.Forget(claim);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Renew()
    {
        if (!_renewing.TryEnter()) return; // a call that waits for the store is under way
        try
        {
            foreach (var (claim, (source, progress)) in _held)
                if (!source.IsCancellationRequested && !_store.Renew(claim, progress, isActive: true)) source.Cancel();
        }
        catch (Exception error) when (error is StoreUnavailableException or ObjectDisposedException)
        {
            // Out: the next time. Closed: the last timer fires.
        }
        finally
        {
            _renewing.Exit();
        }
    }
}
