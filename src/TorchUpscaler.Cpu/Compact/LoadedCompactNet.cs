using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu.Compact;

/// <summary>SRVGGNetCompact with its weights transformed.</summary>
internal sealed class LoadedCompactNet : LoadedNetwork
{
    private readonly CompactNetShape _shape;

    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public LoadedCompactNet(CpuEngine engine, ModelFile model, CompactNetShape shape)
        : base(engine, shape, new NetworkWeights(model, LayersOf(shape))) => _shape = shape;

    public override int Unshuffle => 1;

    public override double CostPerPixel => Convolutions.Sum(convolution => (double)convolution.CostPerPixel);

    public override IEnumerable<RunPlan> Plans(int columns, int rows) => CompactPlan.Candidates(_shape, columns, rows);

    public override IBandLayers Open(Arena arena, RunPlan plan, Convolver convolver, InputRows input, ResultRows output) =>
        new CompactLayers(arena, _shape, Convolutions, input, (CompactPlan)plan, convolver, output);

    /// <summary>Convolutions are the even layers of <c>body</c>; behind each but the last is its PReLU.</summary>
    private static List<Layer> LayersOf(CompactNetShape shape)
    {
        var last = shape.InnerConvolutions + 1;
        List<Layer> layers = [];
        for (var i = 0; i < last; i++)
            layers.Add(new($"body.{2 * i}", [i == 0 ? shape.InputChannels : shape.Features], shape.Features, 1, $"body.{2 * i + 1}.weight"));
        layers.Add(new($"body.{2 * last}", [shape.Features], shape.OutputChannels * shape.Scale * shape.Scale, 1));
        return layers;
    }
}
