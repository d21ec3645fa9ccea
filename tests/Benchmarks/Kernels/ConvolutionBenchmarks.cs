using BenchmarkDotNet.Attributes;
using TorchUpscaler.Cpu;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>Each convolution of a residual dense block on a whole band, with the engine's own spreading over threads.</summary>
public class ConvolutionBenchmarks : IDisposable
{
    private DenseConvolution? _convolution;
    private ThreadTeam? _team;
    private Convolver? _convolver;

    [Params(1, 2, 3, 4, 5)]
    public int Convolution { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var kernels = ConvolutionKernels.ForThisMachine;
        _convolution = new DenseConvolution(Convolution, kernels);
        _team = new ThreadTeam(Threads);
        _convolver = new Convolver(_convolution.Arena, kernels, _team, [_convolution.Weights]);
    }

    /// <returns>Multiply-adds of the plain convolution.</returns>
    [Benchmark]
    public long Band() => _convolver!.Compute(_convolution!.Call, 0, DenseConvolution.Rows).Sum();

    [GlobalCleanup]
    public void Dispose()
    {
        _team?.Dispose();
        _convolution?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>What loading a model does to each convolution's weights, on one thread; x4plus has 69 times these five and a few more.</summary>
public class PackingBenchmarks : IDisposable
{
    private DenseConvolution? _convolution;
    private Arena? _packed;

    [Params(1, 5)]
    public int Convolution { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _convolution = new DenseConvolution(Convolution, ConvolutionKernels.ForThisMachine);
        _packed = new Arena(_convolution.Arena.Capacity);
    }

    [Benchmark]
    public void Pack()
    {
        _packed!.Rewind();
        _ = _convolution!.Pack(_packed);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _packed?.Dispose();
        _convolution?.Dispose();
        GC.SuppressFinalize(this);
    }
}
