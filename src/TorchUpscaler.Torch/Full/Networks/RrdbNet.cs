using TorchUpscaler.Core;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Networks;

/// <summary>RRDBNet, the generator of ESRGAN as Real-ESRGAN uses it. Its state-dict has the keys of the original definition.</summary>
internal sealed class RrdbNet : Module<Tensor, Tensor>
{
    private readonly RrdbNetShape _shape;

    // The fields' names are the parameters' names.
#pragma warning disable IDE1006
    public readonly Conv2d conv_first;
    public readonly TorchSharp.Modules.ModuleList<Rrdb> body;
    public readonly Conv2d conv_body, conv_up1, conv_up2;
    public readonly Conv2d? conv_up3; // of ×8
    public readonly Conv2d conv_hr, conv_last;
#pragma warning restore IDE1006

    /// <param name="shape">The network's sizes.</param>
    public RrdbNet(RrdbNetShape shape) : base(nameof(RrdbNet))
    {
        _shape = shape;
        long features = shape.Features;
        conv_first = Convolution(shape.InputChannels * shape.Unshuffle * shape.Unshuffle, features);
        body = new([.. Enumerable.Range(0, shape.Blocks).Select(_ => new Rrdb(features, shape.Growth))]);
        conv_body = Convolution(features, features);
        conv_up1 = Convolution(features, features);
        conv_up2 = Convolution(features, features);
        if (shape.UpConvolutions == 3) conv_up3 = Convolution(features, features);
        conv_hr = Convolution(features, features);
        conv_last = Convolution(features, shape.OutputChannels);
        RegisterComponents();
    }

    /// <summary>The convolutions behind an enlargement by two, in the order in which they run.</summary>
    public IReadOnlyList<Conv2d> UpConvolutions => conv_up3 is null ? [conv_up1, conv_up2] : [conv_up1, conv_up2, conv_up3];

    /// <summary>The whole network on a whole picture.</summary>
    /// <param name="x">Pictures <c>[1, channels, height, width]</c>, 0 to 1; where the network unshuffles pixels, sides that its factor divides.</param>
    /// <returns>The result, <c>[1, channels, height · scale, width · scale]</c>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        if (_shape.Unshuffle > 1) x = functional.pixel_unshuffle(x, _shape.Unshuffle);
        var first = conv_first.forward(x);
        var features = first;
        foreach (var block in body) features = block.forward(features);
        features = conv_body.forward(features).add_(first);
        foreach (var up in UpConvolutions) features = Activated(up.forward(Enlarge(features)));
        return conv_last.forward(Activated(conv_hr.forward(features))).MoveToOuterDisposeScope();
    }

    /// <summary>Nearest ×2.</summary>
    public static Tensor Enlarge(Tensor x) => functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);

    private static Tensor Activated(Tensor x) => functional.leaky_relu(x, ResidualDenseBlock.NegativeSlope, inplace: true);

    private static Conv2d Convolution(long channels, long features) => Conv2d(channels, features, 3, padding: 1L);
}
