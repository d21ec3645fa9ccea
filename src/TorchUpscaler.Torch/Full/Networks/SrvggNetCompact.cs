using TorchUpscaler.Core;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchUpscaler.Torch.Full.Networks;

/// <summary>
/// SRVGGNetCompact, Real-ESRGAN's small network: convolutions with PReLU, then pixel-shuffle, and the input, enlarged by nearest
/// neighbour, added. Its state-dict has the keys of the original definition.
/// </summary>
internal sealed class SrvggNetCompact : Module<Tensor, Tensor>
{
    private readonly CompactNetShape _shape;

    // The field's name is the parameters' prefix.
#pragma warning disable IDE1006
    public readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> body; // convolution, PReLU, convolution, … convolution
#pragma warning restore IDE1006

    /// <param name="shape">The network's sizes.</param>
    public SrvggNetCompact(CompactNetShape shape) : base(nameof(SrvggNetCompact))
    {
        _shape = shape;
        long features = shape.Features;
        List<Module<Tensor, Tensor>> layers = [];
        for (var i = 0; i <= shape.InnerConvolutions; i++)
        {
            layers.Add(Conv2d(i == 0 ? shape.InputChannels : features, features, 3, padding: 1L));
            layers.Add(PReLU(features));
        }
        layers.Add(Conv2d(features, (long)shape.OutputChannels * shape.Scale * shape.Scale, 3, padding: 1L));
        body = new([.. layers]);
        RegisterComponents();
    }

    /// <summary>The whole network on a whole picture.</summary>
    /// <param name="x">Pictures <c>[1, channels, height, width]</c>, 0 to 1.</param>
    /// <returns>The result, <c>[1, channels, height · scale, width · scale]</c>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var features = x;
        foreach (var layer in body) features = layer.forward(features);
        return Shuffle(features, x).MoveToOuterDisposeScope();
    }

    /// <summary>What is behind the last convolution: its channels become pixels, and the picture is added to them.</summary>
    /// <param name="features">The last convolution's result.</param>
    /// <param name="x">The picture's same rows.</param>
    public Tensor Shuffle(Tensor features, Tensor x)
    {
        double scale = _shape.Scale;
        var enlarged = _shape.Scale == 1 ? x : functional.interpolate(x, scale_factor: [scale, scale], mode: InterpolationMode.Nearest);
        return (_shape.Scale == 1 ? features : functional.pixel_shuffle(features, _shape.Scale)).add(enlarged);
    }
}
