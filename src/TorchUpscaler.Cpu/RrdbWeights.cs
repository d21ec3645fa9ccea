using System.Runtime.ExceptionServices;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>RRDBNet's convolutions with transformed weights.</summary>
internal sealed class RrdbWeights : IDisposable
{
    private const float LeakySlope = 0.2f;
    private const float Linear = 1f;

    private readonly Arena _arena;

    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public RrdbWeights(ModelFile model, RrdbNetShape shape)
    {
        var layers = LayersOf(shape);
        _arena = new Arena(layers.Sum(layer => PackedConvolution.Bytes(layer.Segments, layer.OutChannels)));
        try
        {
            All = [.. layers.Select(layer => new PackedConvolution(_arena, layer.Segments, layer.OutChannels, layer.Slope))];
            Parallel.For(0, layers.Count, i => All[i].Pack(model.Read(layers[i].Name + ".weight"), model.Read(layers[i].Name + ".bias")));
        }
        catch (AggregateException failures)
        {
            Dispose();
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
            throw;
        }
        catch
        {
            Dispose();
            throw;
        }

        var dense = 15 * shape.Blocks;
        First = All[0];
        Dense = [.. All.Skip(1).Take(dense).Chunk(5)];
        Body = All[dense + 1];
        Up = [.. All.Skip(dense + 2).Take(shape.UpConvolutions)];
        Hr = All[^2];
        Last = All[^1];
    }

    /// <summary>Every convolution, in the order in which the network runs them.</summary>
    public IReadOnlyList<PackedConvolution> All { get; }

    public PackedConvolution First { get; }

    /// <summary>The five convolutions of each residual dense block, <c>[3 · blocks][5]</c>.</summary>
    public PackedConvolution[][] Dense { get; }

    public PackedConvolution Body { get; }

    /// <summary>conv_up1, conv_up2 and, for ×8, conv_up3.</summary>
    public PackedConvolution[] Up { get; }

    public PackedConvolution Hr { get; }

    public PackedConvolution Last { get; }

    public void Dispose() => _arena.Dispose();

    private static List<Layer> LayersOf(RrdbNetShape shape)
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

    /// <summary>One convolution: its tensors' prefix, the parts of its input, its output channels and what negative results are multiplied with.</summary>
    private sealed record Layer(string Name, int[] Segments, int OutChannels, float Slope);
}
