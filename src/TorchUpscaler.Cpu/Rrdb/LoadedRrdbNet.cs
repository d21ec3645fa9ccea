using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>RRDBNet with its weights transformed.</summary>
internal sealed class LoadedRrdbNet : LoadedNetwork
{
    private readonly RrdbNetShape _shape;
    private readonly RrdbConvolutions _convolutions;

    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public LoadedRrdbNet(CpuEngine engine, ModelFile model, RrdbNetShape shape)
        : base(engine, shape, new NetworkWeights(model, RrdbConvolutions.LayersOf(shape)))
    {
        _shape = shape;
        _convolutions = new RrdbConvolutions(shape, Convolutions);
    }

    public override int Unshuffle => _shape.Unshuffle;

    public override double CostPerPixel => _convolutions.CostPerTrunkPixel();

    public override IEnumerable<RunPlan> Plans(int columns, int rows) => RrdbPlan.Candidates(_shape, columns, rows);

    public override IBandLayers Open(Arena arena, RunPlan plan, Convolver convolver, InputRows input, ResultRows output)
    {
        var rrdb = (RrdbPlan)plan;
        var trunk = new RrdbTrunk(arena, _shape, _convolutions, input, rrdb, convolver);
        return new RrdbLayers(trunk, new RrdbTail(arena, _convolutions, rrdb, convolver, trunk, _shape.OutputChannels, output));
    }
}
