using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Full;

/// <summary>Brings inks and Lab to sRGB by plain formulas: no profile of a press is known here, and none that a file has is applied.</summary>
internal static class PlainColours
{
    // ICC's white, D50, and sRGB's matrix adapted to it by Bradford's (IEC 61966-2-1; ICC.1:2022, annex E).
    private static readonly double[] s_white = [0.9642, 1, 0.8249];
    private static readonly double[] s_toLinear = [3.1338561, -1.6168667, -0.4906146, -0.9787684, 1.9161415, 0.0334540, 0.0719453, -0.2289914, 1.4052427];

    /// <summary>Converts a row.</summary>
    /// <param name="colours">What the samples are; not <see cref="SampleColours.Plain"/>.</param>
    /// <param name="bits">8 or 16; Lab has 8.</param>
    /// <param name="row">The samples.</param>
    /// <param name="rgb">The converted ones, of the same bits.</param>
    internal static void ToRgb(SampleColours colours, int bits, ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        if (colours == SampleColours.Lab) FromLab(row, rgb);
        else if (bits == 8) FromInks8(row, rgb);
        else FromInks16(MemoryMarshal.Cast<byte, ushort>(row), MemoryMarshal.Cast<byte, ushort>(rgb));
    }

    // What each ink leaves of the light, times what black does.
    private static void FromInks8(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            var light = 255 - row[from + 3];
            for (var c = 0; c < 3; c++) rgb[to + c] = (byte)((((255 - row[from + c]) * light) + 127) / 255);
        }
    }

    private static void FromInks16(ReadOnlySpan<ushort> row, Span<ushort> rgb)
    {
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            var light = (uint)(65535 - row[from + 3]);
            for (var c = 0; c < 3; c++) rgb[to + c] = (ushort)((((uint)(65535 - row[from + c]) * light) + 32767) / 65535);
        }
    }

    private static void FromLab(ReadOnlySpan<byte> row, Span<byte> rgb)
    {
        Span<double> xyz = stackalloc double[3];
        for (var at = 0; at < rgb.Length; at += 3)
        {
            var y = ((row[at] * 100.0 / 255) + 16) / 116;
            xyz[0] = s_white[0] * Power(y + ((sbyte)row[at + 1] / 500.0));
            xyz[1] = s_white[1] * Power(y);
            xyz[2] = s_white[2] * Power(y - ((sbyte)row[at + 2] / 200.0));
            for (var c = 0; c < 3; c++)
                rgb[at + c] = SrgbCurve.Byte((s_toLinear[3 * c] * xyz[0]) + (s_toLinear[(3 * c) + 1] * xyz[1]) + (s_toLinear[(3 * c) + 2] * xyz[2]));
        }
    }

    // CIE 15, 8.2.1: the inverse of the cube root with its straight beginning.
    private static double Power(double f) => f > 6.0 / 29 ? f * f * f : 3 * (6.0 / 29) * (6.0 / 29) * (f - (4.0 / 29));
}
