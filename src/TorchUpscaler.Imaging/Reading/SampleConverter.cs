using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>Turns rows of unusual samples into 16-bit ones.</summary>
internal static class SampleConverter
{
    /// <summary>Converts one row.</summary>
    /// <param name="change">What the samples are; not <see cref="SampleChange.None"/>.</param>
    /// <param name="source">The samples, <c>[width][channels]</c>.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="target">The 16-bit samples.</param>
    internal static void To16(SampleChange change, ReadOnlySpan<byte> source, int channels, Span<ushort> target)
    {
        switch (change)
        {
            case SampleChange.UIntTo16:
                FromUInt(MemoryMarshal.Cast<byte, uint>(source), target);
                break;
            case SampleChange.FloatTo16:
                FromFloat(MemoryMarshal.Cast<byte, float>(source), channels, target);
                break;
            case SampleChange.DoubleTo16:
                FromDouble(MemoryMarshal.Cast<byte, double>(source), channels, target);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, "nothing to convert");
        }
    }

    /// <summary>Bytes of a source sample.</summary>
    internal static int Bytes(SampleChange change, int bits) => change switch
    {
        SampleChange.None => bits / 8,
        SampleChange.DoubleTo16 => 8,
        _ => 4,
    };

    private static void FromUInt(ReadOnlySpan<uint> source, Span<ushort> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = (ushort)(source[i] >> 16);
    }

    private static void FromFloat(ReadOnlySpan<float> source, int channels, Span<ushort> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = Encode(source[i], IsAlpha(i, channels));
    }

    private static void FromDouble(ReadOnlySpan<double> source, int channels, Span<ushort> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = Encode(source[i], IsAlpha(i, channels));
    }

    private static bool IsAlpha(int sample, int channels) => channels is 2 or 4 && sample % channels == channels - 1;

    // The transfer curve of sRGB, IEC 61966-2-1; alpha is linear. NaN becomes 0.
    private static ushort Encode(double linear, bool isAlpha)
    {
        var value = linear > 0 ? Math.Min(linear, 1) : 0;
        if (!isAlpha) value = value <= 0.0031308 ? 12.92 * value : (1.055 * Math.Pow(value, 1 / 2.4)) - 0.055;
        return (ushort)Math.Round(value * ushort.MaxValue);
    }
}
