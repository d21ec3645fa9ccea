using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Renews the leases of the claims that this process holds, tells where one is void, and hands back what it holds no more: at once, or
/// when the store answers again. A crash is charged only to what is said to be active, and to nothing once the process is to end.
/// </summary>
internal sealed partial class HeldClaims : IDisposable
{
    private readonly IJobStore _store;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Claim, Held> _held = [];
    private readonly ConcurrentDictionary<Claim, TimeSpan> _owed = []; // to be handed back, with their rest
    private readonly Lock _renewing = new();
    private readonly ITimer _timer;
    private volatile bool _isStopping;

    internal HeldClaims(IJobStore store, TimeProvider clock, ILogger<HeldClaims> log)
    {
        (_store, _log) = (store, log);
        var pace = TimeSpan.FromSeconds(Math.Clamp(store.Options.Lease.TotalSeconds / 4, 0.05, 15));
        _timer = clock.CreateTimer(_ => Renew(), null, pace, pace);
    }

    /// <summary>Keeps a job's claim from now on.</summary>
    /// <returns>Cancelled when it is void: the job was cancelled, erased, or taken back.</returns>
    internal CancellationToken Add(Job job) => _held.GetOrAdd(job.Claim, _ => new Held(job.Progress)).Source.Token;

    /// <summary>Whether a claim is kept.</summary>
    internal bool Has(Claim claim) => _held.ContainsKey(claim);

    /// <summary>Says whether a crash would be this job's failure from now on. Durable when it returns.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    internal void SetActive(Claim claim, bool isActive)
    {
        if (!_held.TryGetValue(claim, out var held)) return;
        held.IsActive = isActive;
        Renew(claim, held);
    }

    /// <summary>The process is to end: should it be ended in the middle of something, that is nobody's failure.</summary>
    internal void BeginStopping()
    {
        _isStopping = true;
        foreach (var (claim, held) in _held)
            if (held.IsActive && !Answers(() => Renew(claim, held))) return;
    }

    /// <summary>Keeps it no more. When this returns, no renewal of it is under way.</summary>
    internal void Remove(Claim claim)
    {
        if (!_held.TryRemove(claim, out var held)) return;
        lock (held.Gate) held.Source.Dispose();
    }

    /// <summary>Keeps it no more and gives it back, which is no failure of it; where the store does not answer, as soon as it does.</summary>
    internal void HandBack(Claim claim, TimeSpan rest)
    {
        Remove(claim);
        _owed[claim] = rest;
        Answers(() => Return(claim, rest));
        _store.Forget(claim);
    }

    /// <summary>Gives all back that are still kept.</summary>
    internal void HandBackAll()
    {
        // What is not taken now is taken back by whoever starts next on this machine.
        foreach (var claim in _held.Keys.ToList()) HandBack(claim, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Renew()
    {
        if (!_renewing.TryEnter()) return; // a call that waits for the store is under way
        try
        {
            foreach (var (claim, held) in _held)
                if (!Answers(() => Renew(claim, held))) return;
            foreach (var (claim, rest) in _owed)
                if (!Answers(() => Return(claim, rest))) return;
        }
        finally
        {
            _renewing.Exit();
        }
    }

    private void Renew(Claim claim, Held held)
    {
        lock (held.Gate)
        {
            if (!_held.ContainsKey(claim) || held.Source.IsCancellationRequested) return;
            if (!_store.Renew(claim, held.Progress, held.IsActive && !_isStopping)) held.Source.Cancel();
        }
    }

    private void Return(Claim claim, TimeSpan rest)
    {
        _store.HandBack(claim, rest);
        _owed.TryRemove(claim, out _);
    }

    // Whether the store answers; what else is wrong with one claim is no other's affair.
    private bool Answers(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (Exception error) when (error is StoreUnavailableException or ObjectDisposedException)
        {
            return false; // out: the next time; closed: the last timer fires
        }
#pragma warning disable CA1031 // on a timer's thread it would end the process
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error);
            return true;
        }
    }

    [LoggerMessage(LogLevel.Error, "A lease could not be renewed or given back; it is tried again")]
    private partial void LogFailed(Exception error);

    /// <summary>What is kept of a claim.</summary>
    private sealed class Held(double progress)
    {
        private volatile bool _isActive;

        internal Lock Gate { get; } = new();

        internal CancellationTokenSource Source { get; } = new();

        internal double Progress => progress;

        internal bool IsActive
        {
            get => _isActive;
            set => _isActive = value;
        }
    }
}
