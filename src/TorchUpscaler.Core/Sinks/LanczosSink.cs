namespace TorchUpscaler.Core;

/// <summary>Resizes a picture by Lanczos with three lobes while its rows come: the picture as it would be stored, whose samples end at black and white.</summary>
/// <param name="resultWidth">Pixels in a row of the result.</param>
/// <param name="resultHeight">Rows of the result.</param>
/// <param name="light">What is weighed.</param>
/// <param name="next">Takes the resized rows; disposed with this sink.</param>
public sealed class LanczosSink(int resultWidth, int resultHeight, Light light, IRowSink next) : IRowSink
{
    private LanczosRows _rows = null!;
    private float[] _result = []; // [resultWidth][channels]
    private int _rowSamples;
    private int _given;           // result rows that have been handed on

    /// <summary>Memory that the sink takes, in bytes.</summary>
    /// <param name="width">Pixels in a row of the picture that comes.</param>
    /// <param name="height">Rows of it.</param>
    /// <param name="result">The size that it is brought to.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="light">What is weighed.</param>
    public static long MemoryBytes(long width, long height, (int Width, int Height) result, int channels, Light light) =>
        LanczosRows.MemoryBytes(width, height, result.Width, result.Height, channels, light) + (sizeof(float) * (long)result.Width * channels);

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        _rows = new LanczosRows(width, height, resultWidth, resultHeight, channels, light);
        _rowSamples = checked(width * channels);
        _result = new float[checked(resultWidth * channels)];
        next.Begin(resultWidth, resultHeight, channels);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _rows.Take(rows.Slice(i * _rowSamples, _rowSamples));
            while (_given < resultHeight && _rows.Taken >= _rows.Needed(_given))
            {
                _rows.Make(_given++, _result);
                next.Write(_result, 1);
            }
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();
}
