using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>The bar that every result is held to: after rounding to 8 and to 16 bits it may differ only so much.</summary>
public static class Exactness
{
    private const double ShareOfBytes = 0.0005;
    private const int Always = 2;
    private const int Levels16 = 2;

    /// <summary>At most 1 level of 255 anywhere, 0.05 % of the bytes (or 2) different, and 2 levels of 65,535.</summary>
    public static void Holds(float[] expected, float[] actual, string what)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {actual.Length} values where {expected.Length} were expected");
        var (different, worst8, worst16, at) = (0, 0, 0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(float.IsFinite(actual[i]), $"{what}: value {i} is {actual[i]}");
            var error8 = Math.Abs(Round(expected[i], 255) - Round(actual[i], 255));
            var error16 = Math.Abs(Round(expected[i], 65535) - Round(actual[i], 65535));
            if (error8 > 0) different++;
            if (error16 > worst16) at = i;
            (worst8, worst16) = (Math.Max(worst8, error8), Math.Max(worst16, error16));
        }

        Assert.True(worst8 <= 1 && worst16 <= Levels16 && different <= Math.Max(Always, expected.Length * ShareOfBytes),
            $"{what}: {different} of {expected.Length} bytes differ, by up to {worst8} of 255 and {worst16} of 65535; worst at {at}: {actual[at]} instead of {expected[at]}");
    }

    /// <summary>At most 3 levels of 255 anywhere, and 15 % of the bytes different: what half precision is held to.</summary>
    public static void HoldsInHalfPrecision(float[] expected, float[] actual, string what)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        Assert.Equal(expected.Length, actual.Length);
        var errors = expected.Zip(actual, (a, b) => Math.Abs(Round(a, 255) - Round(b, 255))).ToList();
        var (worst, different) = (errors.Max(), errors.Count(error => error > 0));
        Assert.True(worst <= 3 && different <= 0.15 * errors.Count, $"{what}: {different} of {errors.Count} bytes differ, by up to {worst} of 255");
    }

    private static int Round(float value, int white) => (int)Math.Round(Math.Clamp((double)value, 0, 1) * white);
}
