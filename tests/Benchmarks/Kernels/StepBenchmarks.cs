using BenchmarkDotNet.Attributes;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>
/// A batch of tiles through a dense block's convolution, on one thread. What is named "of a point" happens eight times a
/// batch; the other steps once; only rows that are carried from band to band are transformed by themselves.
/// </summary>
public class StepBenchmarks : IDisposable
{
    private BatchSteps? _steps;

    /// <summary>The vector widths of this machine.</summary>
    public static IEnumerable<string> Widths => BatchSteps.Widths();

    [ParamsSource(nameof(Widths))]
    public string Width { get; set; } = "";

    [Params(1, 4, 5)]
    public int Convolution { get; set; }

    [GlobalSetup]
    public void Prepare() => _steps = BatchSteps.Of(Width, Convolution);

    [Benchmark]
    public void TransformRows() => _steps!.TransformRows();

    [Benchmark]
    public void TransformDownOfAPoint() => _steps!.TransformDown();

    [Benchmark]
    public void ProductsOfAPoint() => _steps!.Multiply();

    [Benchmark]
    public void TransformUpOfAPoint() => _steps!.TransformUp();

    [Benchmark]
    public void Finish() => _steps!.Finish();

    [Benchmark(Baseline = true)]
    public void WholeBatch() => _steps!.Whole();

    [GlobalCleanup]
    public void Dispose()
    {
        _steps?.Dispose();
        GC.SuppressFinalize(this);
    }
}
