using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>
/// Turns the RGB result of a grey picture back into one channel, the mean of the three: the network was given the
/// same grey three times, and what it adds as a tint is not in the picture.
/// </summary>
/// <param name="next">Takes the grey rows; disposed with this sink.</param>
public sealed class GreySink(IRowSink next) : IRowSink
{
    private float[] _chunk = []; // [chunk rows][width]
    private int _width;
    private int _chunkRows;

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        if (channels != 3) throw new ArgumentOutOfRangeException(nameof(channels), channels, "grey is made of three channels");
        _width = width;
        _chunkRows = Math.Min(height, RowChunks.RowsOf(width));
        _chunk = new float[_chunkRows * width];
        next.Begin(width, height, 1);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        Debug.Assert(rows.Length >= (long)count * _width * 3);
        for (var done = 0; done < count;)
        {
            var chunkRows = Math.Min(count - done, _chunkRows);
            var grey = _chunk.AsSpan(0, chunkRows * _width);
            Mean(rows.Slice(done * _width * 3, grey.Length * 3), grey);
            next.Write(grey, chunkRows);
            done += chunkRows;
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();

    private static void Mean(ReadOnlySpan<float> rgb, Span<float> grey)
    {
        for (var i = 0; i < grey.Length; i++)
        {
            var pixel = rgb.Slice(3 * i, 3);
            grey[i] = (Clamp(pixel[0]) + Clamp(pixel[1]) + Clamp(pixel[2])) * (1f / 3);
        }
    }

    // The grey picture is that of the network's RGB picture, whose channels end at black and white. It must not matter either
    // whether the rows have passed through a ColumnSpool, which clamps them.
    private static float Clamp(float sample) => Math.Clamp(sample, 0, 1);
}
