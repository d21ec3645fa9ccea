using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TorchUpscaler.Queue.Workers;

/// <summary>
/// Renews the leases of all the jobs that a worker holds, at a steady pace, whatever the worker's thread is doing: loading a model
/// or coding a large picture may take longer than a lease. A thread that has not been heard of for long is hung, and gets no more.
/// </summary>
internal sealed partial class LeaseKeeper : IDisposable
{
    private readonly IJobStore _store;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _stallAfter;
    private readonly Func<string> _about;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<Claim, HeldJob> _held = [];
    private readonly ITimer _timer;
    private readonly Lock _renewing = new();
    private long _beat;
    private long _lastAnswer;
    private bool _isOut;
    private volatile bool _isStopping;
    private volatile bool _isAsked;
    private long _nextHello;

    /// <param name="store">Where the leases are.</param>
    /// <param name="stallAfter">After so long without a beat the thread is taken for hung.</param>
    /// <param name="about">What the worker says about itself.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="log">For the operator.</param>
    internal LeaseKeeper(IJobStore store, TimeSpan stallAfter, Func<string> about, TimeProvider clock, ILogger log)
    {
        (_store, _stallAfter, _about, _clock, _log) = (store, stallAfter, about, clock, log);
        Beat();
        // Often: a renewal is also how the worker learns that a job was cancelled, and others how far it is.
        var pace = TimeSpan.FromSeconds(Math.Clamp(store.Options.Lease.TotalSeconds / 6, 0.05, 1));
        _timer = clock.CreateTimer(_ => Renew(), null, pace, pace);
    }

    /// <summary>Whether the worker's thread has not been heard of for too long.</summary>
    internal bool IsStalled => _clock.GetElapsedTime(Volatile.Read(ref _beat)) > _stallAfter;

    /// <summary>When the store last took all that was written to it, as a timestamp of the clock.</summary>
    internal long LastAnswer => Volatile.Read(ref _lastAnswer);

    /// <summary>The store has not answered: it is to be asked at the next beat of the timer, whatever there is to renew.</summary>
    internal void Ask() => _isAsked = true;

    /// <summary>The worker's thread lives.</summary>
    internal void Beat() => Volatile.Write(ref _beat, _clock.GetTimestamp());

    /// <summary>The process is to end: should it be ended in the middle of a call, that is nobody's failure.</summary>
    internal void BeginStopping()
    {
        _isStopping = true;
        foreach (var held in _held.Values) Tell(held);
    }

    /// <summary>Keeps a job's lease from now on.</summary>
    internal void Add(HeldJob held) => _held[held.Claim] = held;

    /// <summary>Keeps it no more. When this returns, no renewal of it is under way.</summary>
    internal void Remove(HeldJob held)
    {
        lock (_renewing) _held.TryRemove(held.Claim, out _);
    }

    /// <summary>Tells the store at once whether a job is worked on.</summary>
    internal void Tell(HeldJob held)
    {
        try
        {
            lock (_renewing) Renew(held);
        }
        catch (StoreUnavailableException)
        {
            // The next renewal tells it.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_renewing) _held.Clear();
    }

    private void Renew()
    {
        if (IsStalled || !_renewing.TryEnter()) return; // a call that waits for the store is under way
        try
        {
            foreach (var held in _held.Values) Renew(held);
            var isTimeForHello = _isAsked || _isOut || _clock.GetTimestamp() >= _nextHello;
            if (isTimeForHello) Hello();
            else if (_held.IsEmpty) return; // nothing was asked
            Volatile.Write(ref _lastAnswer, _clock.GetTimestamp());
            if (_isOut) StoreIsBack();
            _isOut = false;
        }
        catch (StoreUnavailableException error)
        {
            if (!_isOut) StoreIsOut(error.Message);
            _isOut = true;
        }
        catch (ObjectDisposedException)
        {
            // The store is closed while the last timer fires.
        }
#pragma warning disable CA1031 // on a timer's thread it would end the process
        catch (Exception error)
#pragma warning restore CA1031
        {
            RenewalFailed(error);
        }
        finally
        {
            _renewing.Exit();
        }
    }

    // An idle worker is not to write to the disk every second.
    private void Hello()
    {
        _isAsked = false;
        _store.Hello(_about());
        _nextHello = _clock.GetTimestamp() + (long)(_store.Options.Lease.TotalSeconds / 3 * _clock.TimestampFrequency);
    }

    private void Renew(HeldJob held)
    {
        if (!held.IsLost && !_store.Renew(held.Claim, held.Share, held.IsActive && !_isStopping)) held.IsLost = true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store does not answer; work goes on, leases are renewed when it is back: {Reason}")]
    private partial void StoreIsOut(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Leases could not be renewed; it is tried again")]
    private partial void RenewalFailed(Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store answers again")]
    private partial void StoreIsBack();
}
