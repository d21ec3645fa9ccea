using System.Globalization;
using TorchUpscaler.Benchmarks;
using TorchUpscaler.Core;

namespace TorchUpscaler.GpuCheck;

/// <summary>How far two results of one picture are from each other after rounding to 8 bits, and how far they may be.</summary>
/// <param name="Bytes">Bytes that were compared.</param>
/// <param name="Different">How many of them differ.</param>
/// <param name="Levels">By how many levels of 255 at most.</param>
/// <param name="Bar">How far they may be apart.</param>
internal sealed record Parity(int Bytes, int Different, int Levels, ParityBar Bar)
{
    private const int Always = 2; // bytes

    /// <summary>Whether the bar is kept.</summary>
    public bool Holds => Levels <= Bar.Levels && Different <= Math.Max(Always, Bytes * Bar.Share);

    /// <summary>Compares two results.</summary>
    /// <exception cref="BenchException">They are not of one size, or a value is not a number.</exception>
    public static Parity Between(ReadOnlySpan<float> reference, ReadOnlySpan<float> result, ParityBar bar)
    {
        if (reference.Length != result.Length) throw new BenchException($"the results have {reference.Length} and {result.Length} values");
        var (different, worst) = (0, 0);
        for (var i = 0; i < reference.Length; i++)
        {
            if (!float.IsFinite(reference[i]) || !float.IsFinite(result[i])) throw new BenchException($"value {i} is {reference[i]} in one and {result[i]} in the other result");
            var levels = Math.Abs(Level(reference[i]) - Level(result[i]));
            if (levels > 0) different++;
            worst = Math.Max(worst, levels);
        }
        return new Parity(reference.Length, different, worst, bar);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Levels} levels, {100.0 * Different / Bytes:0.###} %");

    private static int Level(float sample) => (int)Math.Round(Math.Clamp((double)sample, 0, 1) * 255);
}

/// <summary>At most so many levels of 255, and at most that share of the bytes (or two, if that is more).</summary>
internal sealed record ParityBar(int Levels, double Share)
{
    /// <summary>The bar of a precision against the CPU engine.</summary>
    public static ParityBar Of(Precision precision) => precision == Precision.Float16 ? new ParityBar(3, 0.15) : new ParityBar(1, 0.0005);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"≤ {Levels}, {Share * 100:0.###} %");
}
