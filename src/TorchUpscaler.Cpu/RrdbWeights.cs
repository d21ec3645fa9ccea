using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>RRDBNet's convolutions with transformed weights.</summary>
internal sealed class RrdbWeights : IDisposable
{
    private const float LeakySlope = 0.2f;
    private const float Linear = 1f;

    private readonly List<PackedConvolution> _all = [];


    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public RrdbWeights(ModelFile model, RrdbNetShape shape)
    {
        try
        {
            var features = shape.Features;
            First = Read(model, "conv_first", [shape.InputChannels * shape.Unshuffle * shape.Unshuffle], Linear);
            Dense = new PackedConvolution[shape.Blocks * 3][];
            for (var block = 0; block < shape.Blocks * 3; block++)
                Dense[block] = [.. Enumerable.Range(1, 5).Select(k => Read(model, $"body.{block / 3}.rdb{block % 3 + 1}.conv{k}",
                    [features, .. Enumerable.Repeat(shape.Growth, k - 1)], k < 5 ? LeakySlope : Linear))];
            Body = Read(model, "conv_body", [features], Linear);
            Up = [.. Enumerable.Range(1, shape.UpConvolutions).Select(u => Read(model, $"conv_up{u}", [features], LeakySlope))];
            Hr = Read(model, "conv_hr", [features], LeakySlope);
            Last = Read(model, "conv_last", [features], Linear);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Every convolution of the network.</summary>
    public IReadOnlyList<PackedConvolution> All => _all;

    public PackedConvolution First { get; }

    /// <summary>The five convolutions of each residual dense block, <c>[3 · blocks][5]</c>.</summary>
    public PackedConvolution[][] Dense { get; }

    public PackedConvolution Body { get; }

    /// <summary>conv_up1, conv_up2 and, for ×8, conv_up3.</summary>
    public PackedConvolution[] Up { get; }

    public PackedConvolution Hr { get; }

    public PackedConvolution Last { get; }

    public void Dispose() => _all.ForEach(convolution => convolution.Dispose());

    private PackedConvolution Read(ModelFile model, string name, int[] segments, float slope)
    {
        var packed = new PackedConvolution(model.Read(name + ".weight"), model.Read(name + ".bias"), segments, slope);
        _all.Add(packed);
        return packed;
    }
}
