using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>Stands in front of a chain and measures the time that is spent inside it.</summary>
/// <param name="next">The chain; disposed with this sink.</param>
public sealed class TimedSink(IRowSink next) : IRowSink
{
    private readonly Stopwatch _watch = new();

    /// <summary>Time spent in the chain so far.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        _watch.Start();
        next.Begin(width, height, channels);
        _watch.Stop();
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        _watch.Start();
        next.Write(rows, count);
        _watch.Stop();
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _watch.Start();
        next.Complete();
        _watch.Stop();
    }

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();
}
