using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>RRDBNet's convolutions by their role.</summary>
internal sealed class RrdbConvolutions
{
    private const float LeakySlope = 0.2f;
    private const float Linear = 1f;

    /// <param name="shape">The network.</param>
    /// <param name="all">Its convolutions in the order of <see cref="LayersOf"/>.</param>
    public RrdbConvolutions(RrdbNetShape shape, IReadOnlyList<PackedConvolution> all)
    {
        var dense = 15 * shape.Blocks;
        First = all[0];
        Dense = [.. all.Skip(1).Take(dense).Chunk(5)];
        Body = all[dense + 1];
        Up = [.. all.Skip(dense + 2).Take(shape.UpConvolutions)];
        Hr = all[^2];
        Last = all[^1];
    }

    public PackedConvolution First { get; }

    /// <summary>The five convolutions of each residual dense block, <c>[3 · blocks][5]</c>.</summary>
    public PackedConvolution[][] Dense { get; }

    public PackedConvolution Body { get; }

    /// <summary>conv_up1, conv_up2 and, for ×8, conv_up3.</summary>
    public PackedConvolution[] Up { get; }

    public PackedConvolution Hr { get; }

    public PackedConvolution Last { get; }

    /// <summary>The whole network's work for one pixel of the trunk, in multiply-adds.</summary>
    public double CostPerTrunkPixel()
    {
        double cost = First.CostPerPixel + Body.CostPerPixel;
        cost += Dense.Sum(block => block.Sum(convolution => convolution.CostPerPixel));
        var area = 1.0;
        foreach (var up in Up)
        {
            area *= 4;
            cost += area * up.CostPerPixel;
        }

        return cost + area * (Hr.CostPerPixel + Last.CostPerPixel);
    }

    /// <summary>The network's convolutions, in the order in which it runs them.</summary>
    public static IReadOnlyList<Layer> LayersOf(RrdbNetShape shape)
    {
        var (features, growth) = (shape.Features, shape.Growth);
        List<Layer> layers = [new("conv_first", [shape.InputChannels * shape.Unshuffle * shape.Unshuffle], features, Linear)];
        for (var block = 0; block < 3 * shape.Blocks; block++)
            for (var k = 1; k <= 5; k++)
                layers.Add(new($"body.{block / 3}.rdb{block % 3 + 1}.conv{k}", [features, .. Enumerable.Repeat(growth, k - 1)],
                    k < 5 ? growth : features, k < 5 ? LeakySlope : Linear));
        layers.Add(new("conv_body", [features], features, Linear));
        for (var up = 1; up <= shape.UpConvolutions; up++) layers.Add(new($"conv_up{up}", [features], features, LeakySlope));
        layers.Add(new("conv_hr", [features], features, LeakySlope));
        layers.Add(new("conv_last", [features], shape.OutputChannels, Linear));
        return layers;
    }
}
