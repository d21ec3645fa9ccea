using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>RRDBNet with its weights transformed.</summary>
internal sealed class LoadedRrdbNet(CpuEngine engine, RrdbNetShape shape, RrdbWeights weights) : ILoadedModel
{
    /// <summary>What the runtime may still take while a run goes on: compiled code, thread stacks, garbage.</summary>
    private const long RuntimeBytes = 48L << 20;

    /// <summary>Added to the budget that is named when one is refused: the next process will not be to the byte like this one.</summary>
    private const long Slack = 16L << 20;

    public NetworkShape Network => shape;

    public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        if (input.ColorChannels > shape.InputChannels)
            throw new InputException($"the model takes pictures of {shape.InputChannels} channel, and this one has {input.ColorChannels}; choose a model for colour pictures");

        var rows = new InputRows(input, shape.InputChannels, shape.Unshuffle, transposed: false);
        var held = ProcessMemory.ResidentBytes() - engine.SpareBytes + options.ReservedBytes + RuntimeBytes + Convolver.ScratchBytes(options.Threads, weights.All);
        var plan = RunPlan.Choose(shape, rows.Columns, rows.Rows, options.MemoryBytes - held, out var missing);
        if (missing > 0) throw new DoesNotFitException(options.MemoryBytes + missing + Slack, options.MemoryBytes);
        return new RrdbRun(engine, shape, weights, input, plan, options, output);
    }

    public void Dispose() => weights.Dispose();
}
