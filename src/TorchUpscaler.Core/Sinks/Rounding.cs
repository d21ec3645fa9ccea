using System.Numerics;

namespace TorchUpscaler.Core;

/// <summary>
/// Samples in 0..1 to integers as Real-ESRGAN does it: clamped, multiplied in 32-bit floats, rounded half to even
/// (<c>(output.clamp(0, 1) * 255.0).round()</c> in numpy). A NaN becomes 0.
/// </summary>
public static class Rounding
{
    /// <summary>Rounds to 0..255.</summary>
    /// <param name="samples">Black 0, white 1, unclamped.</param>
    /// <param name="target">As many bytes.</param>
    public static void ToBytes(ReadOnlySpan<float> samples, Span<byte> target)
    {
        var step = Vector<byte>.Count; // four vectors of floats make one of bytes
        var lanes = Vector<float>.Count;
        var done = 0;
        for (; done <= samples.Length - step; done += step)
        {
            var a = Round(samples.Slice(done, lanes), byte.MaxValue);
            var b = Round(samples.Slice(done + lanes, lanes), byte.MaxValue);
            var c = Round(samples.Slice(done + 2 * lanes, lanes), byte.MaxValue);
            var d = Round(samples.Slice(done + 3 * lanes, lanes), byte.MaxValue);
            Vector.Narrow(Vector.Narrow(a, b), Vector.Narrow(c, d)).CopyTo(target.Slice(done, step));
        }
        for (; done < samples.Length; done++) target[done] = (byte)Round(samples[done], byte.MaxValue);
    }

    /// <summary>Rounds to 0..65535.</summary>
    /// <param name="samples">Black 0, white 1, unclamped.</param>
    /// <param name="target">As many 16-bit samples.</param>
    public static void ToUInt16(ReadOnlySpan<float> samples, Span<ushort> target)
    {
        var step = Vector<ushort>.Count;
        var lanes = Vector<float>.Count;
        var done = 0;
        for (; done <= samples.Length - step; done += step)
        {
            var a = Round(samples.Slice(done, lanes), ushort.MaxValue);
            var b = Round(samples.Slice(done + lanes, lanes), ushort.MaxValue);
            Vector.Narrow(a, b).CopyTo(target.Slice(done, step));
        }
        for (; done < samples.Length; done++) target[done] = (ushort)Round(samples[done], ushort.MaxValue);
    }

    private static Vector<uint> Round(ReadOnlySpan<float> samples, float white)
    {
        var clamped = Vector.Min(Vector.Max(new Vector<float>(samples), Vector<float>.Zero), Vector<float>.One);
        return Vector.ConvertToInt32(Vector.Round(clamped * white)).As<int, uint>();
    }

    private static uint Round(float sample, float white) =>
        (uint)(int)MathF.Round(MathF.Min(MathF.Max(sample, 0), 1) * white);
}
