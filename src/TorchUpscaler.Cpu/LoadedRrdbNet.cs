using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>RRDBNet with its weights transformed.</summary>
internal sealed class LoadedRrdbNet(CpuEngine engine, RrdbNetShape shape, RrdbWeights weights) : ILoadedModel
{
    /// <summary>What the encoder and the runtime may still take while a run goes on.</summary>
    private const long Reserve = 64L << 20;

    public NetworkShape Network => shape;

    public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        if (input.ColorChannels > shape.InputChannels)
            throw new InputException($"the model takes pictures of {shape.InputChannels} channel, and this one has {input.ColorChannels}; choose a model for colour pictures");

        var convolutions = weights.All;
        var rows = new InputRows(input, shape.InputChannels, shape.Unshuffle);
        var held = ProcessMemory.ResidentBytes() + Reserve + Convolver.ScratchBytes(options.Threads, convolutions);
        var plan = RunPlan.Choose(shape, rows.Columns, rows.Rows, options.MemoryBytes - held, out var missing);
        if (missing > 0) throw new DoesNotFitException(options.MemoryBytes + missing, options.MemoryBytes);

        var convolver = new Convolver(ConvolutionKernels.ForThisMachine, engine.TeamOf(options.Threads), convolutions);
        return new RrdbRun(shape, weights, input, plan, convolver, output);
    }

    public void Dispose() => weights.Dispose();
}
