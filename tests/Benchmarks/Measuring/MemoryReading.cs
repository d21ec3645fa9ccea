using System.Runtime.CompilerServices;
using TorchUpscaler.Cpu;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>How fast one core reads memory of a size, in order, again and again.</summary>
internal static unsafe class MemoryReading
{
    private const long BytesInAll = 16L << 30;
    private const int Unroll = 8;

    /// <summary>Reads a buffer of that size hundreds or thousands of times, at the engine's vector width.</summary>
    /// <param name="bytes">A multiple of 4096.</param>
    /// <returns>Bytes that have been read in all.</returns>
    public static long Run(Arena arena, float* buffer, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, arena.Capacity);
        var times = BytesInAll / bytes;
        var sum = CpuEngine.VectorWidth switch
        {
            "AVX-512" => Read<Lanes512>(buffer, bytes / sizeof(float), times),
            "AVX2" => Read<Lanes256>(buffer, bytes / sizeof(float), times),
            _ => Read<Lanes128>(buffer, bytes / sizeof(float), times),
        };
        if (!float.IsFinite(sum)) throw new InvalidOperationException("the sum of what was read has run away");
        return bytes * times;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Read<T>(float* buffer, long floats, long times) where T : unmanaged, ILanes<T>
    {
        T a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (var time = 0L; time < times; time++)
            for (nint i = 0; i < floats; i += Unroll * T.Count)
            {
                a += T.Load(buffer + i);
                b += T.Load(buffer + i + T.Count);
                c += T.Load(buffer + i + (2 * T.Count));
                d += T.Load(buffer + i + (3 * T.Count));
                e += T.Load(buffer + i + (4 * T.Count));
                f += T.Load(buffer + i + (5 * T.Count));
                g += T.Load(buffer + i + (6 * T.Count));
                h += T.Load(buffer + i + (7 * T.Count));
            }

        var sum = a + b + c + d + (e + f + g + h);
        var lanes = stackalloc float[T.Count];
        sum.Store(lanes);
        return lanes[0];
    }
}
