namespace TorchUpscaler.Telegram.Sending;

/// <summary>
/// Keeps a rate as the server sees it. A call takes its place from when it starts until a window after it has ended, since nobody
/// knows when between the two it arrived: so no window of the server's has more than the rate, however the network delays them.
/// </summary>
/// <param name="count">How many in a window.</param>
/// <param name="window">The window, in ticks of the clock's timestamps.</param>
internal sealed class RateWindow(int count, long window)
{
    private readonly PriorityQueue<int, long> _past = new();
    private int _used;

    /// <summary>Whether nothing takes a place.</summary>
    internal bool IsEmpty(long now)
    {
        Forget(now);
        return _used == 0;
    }

    /// <summary>Whether a call may start. One that is larger than the whole rate may where all is free, and takes longer after.</summary>
    /// <param name="cost">The messages that it counts as.</param>
    /// <param name="leavesRoom">Whether a third is to stay free for others.</param>
    /// <param name="now">The time.</param>
    internal bool Fits(int cost, bool leavesRoom, long now)
    {
        Forget(now);
        return _used == 0 || _used + cost <= count - (leavesRoom ? count / 3 : 0);
    }

    /// <summary>When a place comes free next; null where that is when a call ends.</summary>
    internal long? NextChange() => _past.TryPeek(out _, out var until) ? until : null;

    /// <summary>A call starts.</summary>
    internal void Begin(int cost) => _used += cost;

    /// <summary>A call has ended.</summary>
    /// <param name="begun">The cost that it began with.</param>
    /// <param name="cost">The cost that it has from now on.</param>
    /// <param name="now">The time.</param>
    internal void End(int begun, int cost, long now)
    {
        _used += cost - begun;
        _past.Enqueue(cost, now + Math.Max(window, (long)((double)window * cost / count)));
    }

    private void Forget(long now)
    {
        while (_past.TryPeek(out var cost, out var until) && until <= now)
        {
            _past.Dequeue();
            _used -= cost;
        }
    }
}
