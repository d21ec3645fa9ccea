using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Streaming;

/// <summary>
/// A sink for a run that may have to begin anew, with smaller bands or in another precision: what has been handed on is not handed on
/// again.
/// </summary>
/// <param name="output">Takes each row once; not disposed with this object.</param>
internal sealed class ResumableSink(IRowSink output) : IRowSink
{
    private bool _hasBegun;
    private int _rowSamples;
    private int _written; // rows that the output has
    private int _row;     // the next one that comes

    /// <summary>The rows come from the top again.</summary>
    public void Restart() => _row = 0;

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        _rowSamples = checked(width * channels);
        if (!_hasBegun) output.Begin(width, height, channels);
        _hasBegun = true;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        var known = Math.Clamp(_written - _row, 0, count);
        _row += count;
        if (known == count) return;
        output.Write(rows[(known * _rowSamples)..], count - known);
        _written = _row;
    }

    /// <inheritdoc/>
    public void Complete() => output.Complete();

    /// <inheritdoc/>
    public void Dispose() { }
}
