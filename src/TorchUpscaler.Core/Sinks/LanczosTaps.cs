namespace TorchUpscaler.Core;

/// <summary>
/// Weights that enlarge a line of samples by Lanczos with three lobes: sinc(x)·sinc(x/3) for |x| &lt; 3. Taps that fall
/// outside the line are left out and the rest is made to sum to 1, as Pillow does.
/// </summary>
internal sealed class LanczosTaps
{
    /// <summary>Taps kept for an output sample; unused ones weigh 0.</summary>
    internal const int Count = 7;

    private const int Lobes = 3;

    private readonly int[] _first;     // [output length]
    private readonly float[] _weights; // [output length][Count]

    /// <summary>Computes all weights.</summary>
    /// <param name="from">Samples of the line.</param>
    /// <param name="to">Samples of the enlarged line, not fewer.</param>
    internal LanczosTaps(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        _first = new int[to];
        _weights = new float[to * Count];
        for (var i = 0; i < to; i++) Compute(i, (i + 0.5) * from / to, from);
    }

    /// <summary>The first input sample that an output sample reads.</summary>
    internal int First(int output) => _first[output];

    /// <summary>The weights of the samples from <see cref="First"/> on; those beyond the line's end are left out.</summary>
    internal ReadOnlySpan<float> Weights(int output) => _weights.AsSpan(output * Count, Count);

    /// <summary>Enlarges a line: <c>[from]</c> to <c>[to]</c>.</summary>
    internal void Enlarge(ReadOnlySpan<float> line, Span<float> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            var samples = line[_first[i]..];
            var weights = Weights(i);
            if (samples.Length < Count) weights = weights[..samples.Length];
            else samples = samples[..Count];

            var sum = 0f;
            for (var tap = 0; tap < weights.Length; tap++) sum += samples[tap] * weights[tap];
            target[i] = sum;
        }
    }

    private void Compute(int output, double centre, int from)
    {
        var first = Math.Max(0, (int)(centre - Lobes + 0.5));
        var end = Math.Min(from, (int)(centre + Lobes + 0.5));
        Span<double> weights = stackalloc double[Count];
        var sum = 0.0;
        for (var i = first; i < end; i++) sum += weights[i - first] = Lanczos(i + 0.5 - centre);

        _first[output] = first;
        for (var tap = 0; tap < Count; tap++) _weights[output * Count + tap] = (float)(weights[tap] / sum);
    }

    private static double Lanczos(double x) => Math.Abs(x) < Lobes ? Sinc(x) * Sinc(x / Lobes) : 0;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
