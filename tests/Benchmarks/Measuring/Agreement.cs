using System.Globalization;

namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>
/// How far two results are from each other after rounding to 8 bits, against the bar of every engine: at most 1 level
/// anywhere, and at most 0.05 % of the bytes (or 2, if that is more) different.
/// </summary>
/// <param name="Of">Whose result it is, and of what.</param>
/// <param name="With">Whose result it is compared with.</param>
/// <param name="Bytes">Bytes that were compared.</param>
/// <param name="Different">How many of them differ.</param>
/// <param name="WorstLevels">By how many levels at most.</param>
internal sealed record Agreement(string Of, string With, int Bytes, int Different, int WorstLevels)
{
    private const double ShareOfBytes = 0.0005;
    private const int Always = 2;

    /// <summary>Whether the bar is kept.</summary>
    public bool Holds => WorstLevels <= 1 && Different <= Math.Max(Always, Bytes * ShareOfBytes);

    /// <summary>Compares two results.</summary>
    /// <exception cref="BenchException">They are not of one size, or a value is not a number.</exception>
    public static Agreement Between(string of, byte[] result, string with, byte[] reference)
    {
        if (result.Length != reference.Length)
            throw new BenchException($"{of} has {result.Length} bytes, and that of {with} {reference.Length}");
        var (different, worst) = (0, 0);
        for (var i = 0; i < result.Length; i++)
        {
            var levels = Math.Abs(result[i] - reference[i]);
            if (levels > 0) different++;
            worst = Math.Max(worst, levels);
        }

        return new Agreement(of, with, result.Length, different, worst);
    }

    /// <summary>Rounds as a picture's encoder does: black 0, white 1.</summary>
    /// <exception cref="BenchException">A value is not a number.</exception>
    public static byte[] ToBytes(ReadOnlySpan<float> values, string of)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (!float.IsFinite(values[i])) throw new BenchException($"{of}: value {i} is {values[i]}");
            bytes[i] = (byte)Math.Round(Math.Clamp((double)values[i], 0, 1) * 255);
        }

        return bytes;
    }

    /// <summary>In a sentence's part.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Of} against {With}: {Different} of {Bytes} bytes differ, by {WorstLevels} at most");
}
