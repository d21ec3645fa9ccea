using System.Numerics;
using System.Runtime.Intrinsics;

namespace TorchUpscaler.Core;

/// <summary>
/// Weights that resize a line of samples by Lanczos with three lobes: sinc(x)·sinc(x/3) for |x| &lt; 3, stretched by the factor of
/// a reduction, so that all samples count. Taps that fall outside the line are left out and the rest is made to sum to 1, as
/// Pillow does.
/// </summary>
internal sealed class LanczosTaps
{
    /// <summary>Floats that must follow a line's samples, in front of and behind <see cref="Resize"/>: they are worked on eight at a time.</summary>
    internal const int Margin = 8;

    private const int Lobes = 3;

    private readonly int _from;
    private readonly double _stretch;  // 1 for an enlargement
    private readonly int[] _first;     // [output length]
    private readonly float[] _weights; // [output length][Count]

    /// <summary>Computes all weights.</summary>
    /// <param name="from">Samples of the line.</param>
    /// <param name="to">Samples of the resized line.</param>
    internal LanczosTaps(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, 1);
        _from = from;
        _stretch = Stretch(from, to);
        Count = CountOf(from, to);
        _first = new int[to];
        _weights = new float[checked(to * Count)];
        var weights = new double[Count];
        for (var i = 0; i < to; i++) Compute(i, Centre(i), weights);
    }

    /// <summary>Taps kept for an output sample, 7 for an enlargement; unused ones weigh 0.</summary>
    internal int Count { get; }

    /// <summary>Taps that such a resizing keeps for an output sample.</summary>
    internal static int CountOf(long from, long to) => (2 * (int)Math.Ceiling(Lobes * Stretch(from, to))) + 1;

    /// <summary>The first input sample that an output sample reads.</summary>
    internal int First(int output) => _first[output];

    /// <summary>One behind the last input sample that an output sample reads.</summary>
    internal int End(int output) => Math.Min(_first[output] + Count, _from);

    /// <summary>The weights of the samples from <see cref="First"/> on; those beyond the line's end are left out.</summary>
    internal ReadOnlySpan<float> Weights(int output) => _weights.AsSpan(output * Count, Count);

    /// <summary>The input samples nearest to an output sample, those under the middle lobe: one or two for an enlargement.</summary>
    internal (int First, int End) Nearest(int output)
    {
        var centre = Centre(output) - 0.5;
        return (Math.Max(0, (int)Math.Floor(centre - _stretch) + 1), Math.Min(_from, (int)Math.Ceiling(centre + _stretch)));
    }

    /// <summary>Resizes a line: <c>[from][channels]</c> to <c>[to][channels]</c>, each with <see cref="Margin"/> floats more.</summary>
    /// <param name="line">The line.</param>
    /// <param name="target">The resized line; what follows its samples is overwritten.</param>
    /// <param name="channels">Samples that stand together, at most 8.</param>
    internal void Resize(ReadOnlySpan<float> line, Span<float> target, int channels)
    {
        for (var i = 0; i < _first.Length; i++)
        {
            var samples = line[(_first[i] * channels)..];
            var taps = Weights(i)[..(End(i) - _first[i])];
            var sum = Vector256<float>.Zero; // of all channels; the lanes behind them are of no use
            for (var tap = 0; tap < taps.Length; tap++) sum += Vector256.Create(samples.Slice(tap * channels, Margin)) * taps[tap];
            sum.CopyTo(target.Slice(i * channels, Margin));
        }
    }

    /// <summary>Adds a row times its weight to the sum of rows.</summary>
    internal static void AddScaled(ReadOnlySpan<float> row, float weight, Span<float> sum)
    {
        var lanes = Vector<float>.Count;
        var x = 0;
        for (; x <= sum.Length - lanes; x += lanes)
        {
            var there = sum.Slice(x, lanes);
            (new Vector<float>(there) + new Vector<float>(row.Slice(x, lanes)) * weight).CopyTo(there);
        }
        for (; x < sum.Length; x++) sum[x] += row[x] * weight;
    }

    private double Centre(int output) => (output + 0.5) * _from / _first.Length;

    private void Compute(int output, double centre, double[] weights)
    {
        var first = Math.Max(0, (int)(centre - (Lobes * _stretch) + 0.5));
        var end = Math.Min(_from, (int)(centre + (Lobes * _stretch) + 0.5));
        Array.Clear(weights);
        var sum = 0.0;
        for (var i = first; i < end; i++) sum += weights[i - first] = Lanczos((i + 0.5 - centre) / _stretch);

        _first[output] = first;
        for (var tap = 0; tap < Count; tap++) _weights[output * Count + tap] = (float)(weights[tap] / sum);
    }

    private static double Stretch(long from, long to) => Math.Max(1, (double)from / to);

    private static double Lanczos(double x) => Math.Abs(x) < Lobes ? Sinc(x) * Sinc(x / Lobes) : 0;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
