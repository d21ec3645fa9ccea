using System.Numerics;

namespace TorchUpscaler.Core;

/// <summary>Enlarges a picture's alpha channel row by row; it keeps only the few rows that the next one needs.</summary>
internal sealed class AlphaEnlarger
{
    private readonly Picture _picture;
    private readonly LanczosTaps _across;
    private readonly LanczosTaps _down;
    private readonly float[] _source;     // [picture width]
    private readonly float[][] _enlarged; // [Count][width]: input row y, enlarged across, stands at y % Count
    private readonly float[] _row;        // [width]
    private int _enlargedRows;            // input rows that have been enlarged across, from the top

    /// <summary>Prepares the enlargement.</summary>
    /// <param name="picture">Has alpha; must not change while its rows are read.</param>
    /// <param name="width">The result's width, not less than the picture's.</param>
    /// <param name="height">The result's height, not less than the picture's.</param>
    internal AlphaEnlarger(Picture picture, int width, int height)
    {
        _picture = picture;
        _across = new LanczosTaps(picture.Width, width);
        _down = new LanczosTaps(picture.Height, height);
        _source = new float[picture.Width];
        _row = new float[width];
        _enlarged = new float[_down.Count][];
        for (var i = 0; i < _enlarged.Length; i++) _enlarged[i] = new float[width];
    }

    /// <summary>Whether no pixel lets anything through.</summary>
    internal static bool IsOpaque(Picture picture)
    {
        for (var y = 0; y < picture.Height; y++)
        {
            var opaque = picture.Bits == 8
                ? IsFull(picture.Row8(y), picture.Channels)
                : IsFull<ushort>(picture.Row16(y), picture.Channels);
            if (!opaque) return false;
        }
        return true;
    }

    /// <summary>The result's row <paramref name="y"/>, <c>[width]</c>, valid until the next call. Rows are asked for from top to bottom.</summary>
    internal ReadOnlySpan<float> Row(int y)
    {
        var first = _down.First(y);
        var end = Math.Min(first + _down.Count, _picture.Height);
        while (_enlargedRows < end) EnlargeAcross(_enlargedRows++);

        _row.AsSpan().Clear();
        var weights = _down.Weights(y);
        for (var row = first; row < end; row++)
        {
            var weight = weights[row - first];
            if (weight != 0) LanczosTaps.AddScaled(_enlarged[row % _down.Count], weight, _row);
        }
        return _row;
    }

    private void EnlargeAcross(int y)
    {
        var channels = _picture.Channels;
        if (_picture.Bits == 8)
        {
            var samples = _picture.Row8(y);
            for (var x = 0; x < _source.Length; x++) _source[x] = samples[x * channels + channels - 1] / (float)byte.MaxValue;
        }
        else
        {
            var samples = _picture.Row16(y);
            for (var x = 0; x < _source.Length; x++) _source[x] = samples[x * channels + channels - 1] / (float)ushort.MaxValue;
        }
        _across.Resize(_source, _enlarged[y % _down.Count]);
    }

    private static bool IsFull<T>(ReadOnlySpan<T> row, int channels) where T : unmanaged, IMinMaxValue<T>, IEqualityOperators<T, T, bool>
    {
        for (var i = channels - 1; i < row.Length; i += channels)
            if (row[i] != T.MaxValue) return false;
        return true;
    }
}
