using System.Runtime.CompilerServices;
using TorchUpscaler.Cpu;
using TorchUpscaler.Cpu.Simd;
using TorchUpscaler.Cpu.Threading;

namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>
/// The machine's fp32 peak: fused multiply-adds in registers that depend on nothing but their own accumulator. Twelve
/// accumulators are more than two units with four cycles of latency need, and fit AVX2's sixteen registers.
/// </summary>
internal static class FmaLoop
{
    private const int Accumulators = 12;
    private const long Iterations = 300_000_000; // about half a second

    /// <summary>Runs the loop on each thread of a team, at the engine's vector width.</summary>
    /// <returns>Floating-point operations of all threads together; a multiply-add is two.</returns>
    public static double Run(ThreadTeam team) => CpuEngine.VectorWidth switch
    {
        "AVX-512" => Run<Lanes512>(team),
        "AVX2" => Run<Lanes256>(team),
        _ => Run<Lanes128>(team),
    };

    private static double Run<T>(ThreadTeam team) where T : unmanaged, ILanes<T>
    {
        var sums = new float[team.Threads];
        team.Run(team.Threads, (item, _) => sums[item] = Loop<T>(Iterations));
        if (!sums.All(float.IsFinite)) throw new InvalidOperationException("the loop's numbers have run away");
        return 2.0 * T.Count * Accumulators * Iterations * team.Threads;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe float Loop<T>(long iterations) where T : unmanaged, ILanes<T>
    {
        T factor = T.Create(0.9999f), term = T.Create(1e-4f); // every accumulator goes towards 1
        T a = default, b = T.Create(0.1f), c = T.Create(0.2f), d = T.Create(0.3f), e = T.Create(0.4f), f = T.Create(0.5f);
        T g = T.Create(0.6f), h = T.Create(0.7f), i = T.Create(0.8f), j = T.Create(0.9f), k = T.Create(1.1f), l = T.Create(1.2f);
        for (var n = 0L; n < iterations; n++)
        {
            a = T.MultiplyAdd(a, factor, term);
            b = T.MultiplyAdd(b, factor, term);
            c = T.MultiplyAdd(c, factor, term);
            d = T.MultiplyAdd(d, factor, term);
            e = T.MultiplyAdd(e, factor, term);
            f = T.MultiplyAdd(f, factor, term);
            g = T.MultiplyAdd(g, factor, term);
            h = T.MultiplyAdd(h, factor, term);
            i = T.MultiplyAdd(i, factor, term);
            j = T.MultiplyAdd(j, factor, term);
            k = T.MultiplyAdd(k, factor, term);
            l = T.MultiplyAdd(l, factor, term);
        }

        var sum = a + b + c + d + e + f + (g + h + i + j + k + l);
        var lanes = stackalloc float[T.Count];
        sum.Store(lanes);
        return lanes[0];
    }
}
