namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Cancels what has not moved for a while; each <see cref="Moved"/> begins the while anew.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _outer;
    private readonly TimeSpan _patience;

    /// <param name="patience">How long nothing may happen.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellation">Cancels, too.</param>
    internal StallGuard(TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        (_patience, _outer) = (patience, cancellation);
        _timer = new CancellationTokenSource(patience, clock);
        _source = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellation);
    }

    /// <summary>Cancelled when nothing has moved for too long, or from outside.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Whether it was the patience that ended, not the caller's.</summary>
    internal bool HasStalled => _timer.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>Something has happened.</summary>
    internal void Moved() => _timer.CancelAfter(_patience);

    public void Dispose()
    {
        _source.Dispose();
        _timer.Dispose();
    }
}
