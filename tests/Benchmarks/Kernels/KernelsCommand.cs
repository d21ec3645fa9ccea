using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>The kernels one by one, by BenchmarkDotNet.</summary>
internal static class KernelsCommand
{
    private const int Done = 0;
    private const int NothingMeasured = 1;
    private const int Refused = 2;

    /// <summary>Runs the benchmarks whose names contain the filter; all of them without one.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        if (arguments.Length > 1 || arguments.Any(word => word.StartsWith('-')))
        {
            Console.Error.WriteLine("kernels takes one word, a part of a benchmark's name such as Products, or none");
            return Refused;
        }

        // In this process: what BenchmarkDotNet would build otherwise would need the packages' feed, and get this solution's rules.
        var config = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(10))
            .WithArtifactsPath(Path.Combine(Repository.Root, "artifacts", "benchmarks"));
        var filter = $"*{arguments.FirstOrDefault()}*";
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(KernelsCommand).Assembly).Run(["--filter", filter], config);
        return summaries.Any(summary => summary.Reports.Length > 0) && summaries.All(summary => summary.Reports.All(report => report.Success)) ? Done : NothingMeasured;
    }
}
