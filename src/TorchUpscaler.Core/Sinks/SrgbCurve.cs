namespace TorchUpscaler.Core;

/// <summary>
/// The transfer curve of sRGB (IEC 61966-2-1) both ways, from tables with straight lines between their entries: off by less than
/// 3e-7, a fiftieth of a 16-bit level.
/// </summary>
internal static class SrgbCurve
{
    // The way back is steep near black.
    private const int LinearSteps = 1 << 12, StoredSteps = 1 << 16;

    private static readonly float[] s_linear = Table(LinearSteps, stored => stored <= 0.04045 ? stored / 12.92 : Math.Pow((stored + 0.055) / 1.055, 2.4));
    private static readonly float[] s_stored = Table(StoredSteps, linear => linear <= 0.0031308 ? linear * 12.92 : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055);

    /// <summary>The light of a stored sample; what is beyond black and white is clamped.</summary>
    internal static float ToLinear(float stored) => At(s_linear, stored, LinearSteps);

    /// <summary>The sample that stands for some light; what is beyond black and white is clamped.</summary>
    internal static float ToStored(float linear) => At(s_stored, linear, StoredSteps);

    private static float At(float[] table, float value, int steps)
    {
        var place = Math.Clamp(value, 0, 1) * steps;
        var index = (int)place;
        var entry = table[index];
        return entry + ((place - index) * (table[index + 1] - entry));
    }

    // One entry more than there are steps, behind white.
    private static float[] Table(int steps, Func<double, double> curve) =>
        [.. Enumerable.Range(0, steps + 2).Select(i => (float)curve(Math.Min(1, (double)i / steps)))];
}
