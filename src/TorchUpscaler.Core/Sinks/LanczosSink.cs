namespace TorchUpscaler.Core;

/// <summary>
/// Resizes a picture by Lanczos with three lobes while its rows come. It is the picture as it would be stored that is resized,
/// whose samples end at black and white; the result's overshoots are clamped where the rows are rounded.
/// </summary>
/// <param name="resultWidth">Pixels in a row of the result.</param>
/// <param name="resultHeight">Rows of the result.</param>
/// <param name="next">Takes the resized rows; disposed with this sink.</param>
public sealed class LanczosSink(int resultWidth, int resultHeight, IRowSink next) : IRowSink
{
    private LanczosTaps _across = null!;
    private LanczosTaps _down = null!;
    private float[] _row = [];       // [picture width][channels], clamped
    private float[][] _resized = []; // [_down.Count][resultWidth][channels]: picture row y, resized across, stands at y % Count
    private float[] _sum = [];       // [resultWidth][channels]
    private int _rowSamples;
    private int _channels;
    private int _rows;
    private int _taken;              // picture rows that have come
    private int _given;              // result rows that have been handed on

    /// <summary>Memory that the sink takes, in bytes.</summary>
    /// <param name="width">Pixels in a row of the picture that comes.</param>
    /// <param name="height">Rows of it.</param>
    /// <param name="result">The size that it is brought to.</param>
    /// <param name="channels">Samples of a pixel.</param>
    public static long MemoryBytes(long width, long height, (int Width, int Height) result, int channels)
    {
        long across = LanczosTaps.CountOf(width, result.Width), down = LanczosTaps.CountOf(height, result.Height);
        return sizeof(float) * ((width * channels) + ((down + 1) * result.Width * channels) + (across * result.Width) + (down * result.Height));
    }

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        (_across, _down) = (new LanczosTaps(width, resultWidth), new LanczosTaps(height, resultHeight));
        (_rows, _channels, _rowSamples) = (height, channels, checked(width * channels));
        _row = new float[_rowSamples];
        _sum = new float[checked(resultWidth * channels)];
        _resized = [.. Enumerable.Range(0, Math.Min(_down.Count, height)).Select(_ => new float[_sum.Length])];
        next.Begin(resultWidth, resultHeight, channels);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var row = rows.Slice(i * _rowSamples, _rowSamples);
            for (var at = 0; at < row.Length; at++) _row[at] = Math.Clamp(row[at], 0, 1);
            _across.Resize(_row, _resized[_taken % _resized.Length], _channels);
            _taken++;
            while (_given < resultHeight && _taken >= End(_given)) Give(_given++);
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();

    /// <summary>One behind the last picture row that a result row reads.</summary>
    private int End(int y) => Math.Min(_down.First(y) + _down.Count, _rows);

    private void Give(int y)
    {
        _sum.AsSpan().Clear();
        var first = _down.First(y);
        var weights = _down.Weights(y);
        for (var row = first; row < End(y); row++)
            if (weights[row - first] is not 0 and var weight) LanczosTaps.AddScaled(_resized[row % _resized.Length], weight, _sum);
        next.Write(_sum, 1);
    }
}
