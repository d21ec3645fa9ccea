using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>A network with its weights. They stay until the model and all of its runs are disposed.</summary>
internal abstract class LoadedNetwork : ILoadedModel
{
    /// <summary>What the runtime may still take while a run goes on: compiled code, thread stacks, garbage.</summary>
    private const long RuntimeBytes = 48L << 20;

    /// <summary>Added to the budget that is named when one is refused: the next process will not be to the byte like this one.</summary>
    private const long Slack = 16L << 20;

    /// <summary>Scratch memory is foreseen for so many threads at least, so that the plan, and with it the result, is one for all usual counts.</summary>
    private const int ForeseenThreads = 32;

    private readonly NetworkWeights _weights;
    private int _runs;
    private bool _isDisposed;

    protected LoadedNetwork(CpuEngine engine, NetworkShape shape, NetworkWeights weights)
    {
        Engine = engine;
        Network = shape;
        _weights = weights;
        engine.Promise(weights.Arena);
    }

    public NetworkShape Network { get; }

    public CpuEngine Engine { get; }

    /// <summary>Every convolution, in the order in which the network runs them.</summary>
    public IReadOnlyList<PackedConvolution> Convolutions => _weights.All;

    /// <summary>Factor of the pixel-unshuffle in front of the first convolution.</summary>
    public abstract int Unshuffle { get; }

    /// <summary>The whole network's work for one pixel of its first convolution, in multiply-adds.</summary>
    public abstract double CostPerPixel { get; }

    /// <summary>How a picture could stream through, the fastest way first.</summary>
    /// <param name="columns">Columns of the first convolution's input, upright.</param>
    /// <param name="rows">Rows of the first convolution's input, upright.</param>
    public abstract IEnumerable<RunPlan> Plans(int columns, int rows);

    /// <summary>Opens the layers for a picture.</summary>
    /// <param name="arena">Where their buffers come from.</param>
    /// <param name="plan">One of <see cref="Plans"/>.</param>
    /// <param name="convolver">Does the work.</param>
    /// <param name="input">The picture.</param>
    /// <param name="output">Takes finished rows.</param>
    public abstract IBandLayers Open(Arena arena, RunPlan plan, Convolver convolver, InputRows input, ResultRows output);

    public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
    {
        ObjectDisposedException.ThrowIf(_isDisposed || Engine.IsDisposed, this);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        Network.RequireColours(input);

        var rows = new InputRows(input, Network.InputChannels, Unshuffle, transposed: false);
        var held = ProcessMemory.ResidentBytes() + Engine.PromisedBytes() + options.ReservedBytes + RuntimeBytes;
        var scratch = Convolver.ScratchBytes(Math.Max(options.Threads, ForeseenThreads), _weights.All);
        var plan = RunPlan.Choose(Plans(rows.Columns, rows.Rows), options.MemoryBytes - held - scratch, out var missing);
        if (missing > 0) throw new DoesNotFitException(options.MemoryBytes + missing + Slack, options.MemoryBytes);
        return new NetworkRun(this, input, plan, options, output, options.MemoryBytes - held);
    }

    /// <summary>The weights stay while a run uses them.</summary>
    public void Hold() => _runs++;

    /// <summary>A run has ended.</summary>
    public void Release()
    {
        _runs--;
        FreeWhenUnused();
    }

    public void Dispose()
    {
        _isDisposed = true;
        FreeWhenUnused();
    }

    private void FreeWhenUnused()
    {
        if (!_isDisposed || _runs > 0) return;
        Engine.Forget(_weights.Arena);
        _weights.Dispose();
    }
}
