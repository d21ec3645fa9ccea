namespace TorchUpscaler.Imaging.Full;

/// <summary>sRGB's transfer curve (IEC 61966-2-1).</summary>
internal static class SrgbCurve
{
    /// <summary>The number, in 8 bits, that stands for an amount of light of 0 to 1; what is beyond is cut.</summary>
    internal static byte Byte(double light)
    {
        var linear = light > 0 ? Math.Min(light, 1) : 0; // NaN becomes 0
        return (byte)Math.Round(255 * (linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055));
    }
}
