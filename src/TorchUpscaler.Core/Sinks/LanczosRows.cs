namespace TorchUpscaler.Core;

/// <summary>What a resizing weighs.</summary>
public enum Light
{
    /// <summary>The samples as they are stored: for alpha, which is a share already.</summary>
    Stored,

    /// <summary>The light that they stand for, by the curve of sRGB: for colours. A fine pattern keeps its brightness.</summary>
    Linear,
}

/// <summary>
/// Resizes a picture by Lanczos with three lobes while its rows come, and keeps only those that the next result row reads. The
/// samples that come end at black and white; the result's overshoots are clamped where the rows are rounded.
/// </summary>
/// <remarks>
/// In linear light the dark side of an edge rings more than among stored samples: a little of a bright light is much beside a dark
/// one. So where the result is darker than all of the nearest samples, it is no darker than the stored samples' resizing is.
/// </remarks>
internal sealed class LanczosRows
{
    private readonly LanczosTaps _across;
    private readonly LanczosTaps _down;
    private readonly Light _light;
    private readonly int _channels;
    private readonly int _lanes;          // of a pixel: its channels, and in linear light each one's light before them
    private readonly float[] _row;        // [picture width][lanes]
    private readonly float[][] _resized;  // [Kept][result width][lanes]: picture row y, resized across, stands at y % Kept
    private readonly float[][] _darkest;  // [Kept][result width][channels]: the darkest of the nearest samples across
    private readonly float[] _sum;        // [result width][lanes]

    /// <param name="width">Pixels in a row of the picture.</param>
    /// <param name="height">Rows of it.</param>
    /// <param name="resultWidth">Pixels in a row of the result.</param>
    /// <param name="resultHeight">Rows of it.</param>
    /// <param name="channels">Samples of a pixel, at most 4.</param>
    /// <param name="light">What is weighed.</param>
    internal LanczosRows(int width, int height, int resultWidth, int resultHeight, int channels, Light light)
    {
        (_across, _down) = (new LanczosTaps(width, resultWidth), new LanczosTaps(height, resultHeight));
        (_light, _channels, _lanes) = (light, channels, LanesOf(channels, light));
        var kept = (int)Kept(height, resultHeight);
        _row = new float[checked((width * _lanes) + LanczosTaps.Margin)];
        _sum = new float[checked(resultWidth * _lanes)];
        _resized = [.. Enumerable.Range(0, kept).Select(_ => new float[_sum.Length + LanczosTaps.Margin])];
        _darkest = light == Light.Stored ? [] : [.. Enumerable.Range(0, kept).Select(_ => new float[resultWidth * channels])];
    }

    /// <summary>Picture rows that have come.</summary>
    internal int Taken { get; private set; }

    /// <summary>Memory that such a resizing takes, in bytes.</summary>
    internal static long MemoryBytes(long width, long height, long resultWidth, long resultHeight, int channels, Light light)
    {
        long lanes = LanesOf(channels, light), kept = Kept(height, resultHeight), low = light == Light.Stored ? 0 : channels;
        var weights = ((LanczosTaps.CountOf(width, resultWidth) + 1) * resultWidth) + ((LanczosTaps.CountOf(height, resultHeight) + 1) * resultHeight);
        return sizeof(float) * ((width * lanes) + (((kept + 1) * lanes) + (kept * low)) * resultWidth + weights);
    }

    /// <summary>How many picture rows must have come before a result row can be made; later ones may push out what it reads.</summary>
    internal int Needed(int resultRow) => _down.End(resultRow);

    /// <summary>Takes the next picture row, <c>[picture width][channels]</c>.</summary>
    internal void Take(ReadOnlySpan<float> row)
    {
        var place = Taken++ % _resized.Length;
        if (_light == Light.Stored)
        {
            for (var i = 0; i < row.Length; i++) _row[i] = Math.Clamp(row[i], 0, 1);
            _across.Resize(_row, _resized[place], _channels);
            return;
        }
        for (var (i, at) = (0, 0); i < row.Length; at += _lanes)
        {
            for (var channel = 0; channel < _channels; channel++, i++)
            {
                var sample = Math.Clamp(row[i], 0, 1);
                (_row[at + channel], _row[at + _channels + channel]) = (SrgbCurve.ToLinear(sample), sample);
            }
        }
        _across.Resize(_row, _resized[place], _lanes);
        FindDarkest(_darkest[place]);
    }

    /// <summary>Makes a result row, <c>[result width][channels]</c>. Rows are made from top to bottom.</summary>
    internal void Make(int resultRow, Span<float> target)
    {
        var sum = _light == Light.Stored ? target : _sum;
        sum.Clear();
        var first = _down.First(resultRow);
        var weights = _down.Weights(resultRow);
        for (var row = first; row < _down.End(resultRow); row++)
            if (weights[row - first] is not 0 and var weight) LanczosTaps.AddScaled(_resized[row % _resized.Length], weight, sum);
        if (_light == Light.Linear) Store(resultRow, target);
    }

    private static int LanesOf(int channels, Light light) => light == Light.Stored ? channels : 2 * channels;

    private static long Kept(long height, long resultHeight) => Math.Min(LanczosTaps.CountOf(height, resultHeight), height);

    private void FindDarkest(float[] darkest)
    {
        for (var (x, at) = (0, 0); at < darkest.Length; x++, at += _channels)
        {
            var (first, end) = _across.Nearest(x);
            for (var channel = 0; channel < _channels; channel++)
            {
                var low = 1f;
                for (var i = first; i < end; i++) low = Math.Min(low, _row[(i * _lanes) + _channels + channel]);
                darkest[at + channel] = low;
            }
        }
    }

    private void Store(int resultRow, Span<float> target)
    {
        var (first, end) = _down.Nearest(resultRow);
        _darkest[first % _darkest.Length].CopyTo(target);
        for (var row = first + 1; row < end; row++)
        {
            var darkest = _darkest[row % _darkest.Length];
            for (var i = 0; i < darkest.Length; i++) target[i] = Math.Min(target[i], darkest[i]);
        }
        for (var (i, at) = (0, 0); i < target.Length; at += _lanes)
            for (var channel = 0; channel < _channels; channel++, i++)
                target[i] = Math.Max(SrgbCurve.ToStored(_sum[at + channel]), Math.Min(_sum[at + _channels + channel], target[i]));
    }
}
