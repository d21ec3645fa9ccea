using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Networks;

/// <summary>
/// Residual dense block (Wang et al., 2018, arXiv:1809.00219): each of five convolutions reads the block's input and all that the ones
/// before it have made; a fifth of the last one's result is added to the input.
/// </summary>
internal sealed class ResidualDenseBlock : Module<Tensor, Tensor>
{
    /// <summary>Of LeakyReLU behind all convolutions but the last.</summary>
    public const double NegativeSlope = 0.2;

    /// <summary>Share of a block's result that is added to its input.</summary>
    public const double ResidualScaling = 0.2;

    // The fields' names are the parameters' names.
#pragma warning disable IDE1006
    public readonly Conv2d conv1, conv2, conv3, conv4, conv5;
#pragma warning restore IDE1006

    /// <param name="features">Channels of the input and of the result.</param>
    /// <param name="growth">Channels that each of the first four convolutions adds.</param>
    public ResidualDenseBlock(long features, long growth) : base(nameof(ResidualDenseBlock))
    {
        conv1 = Conv2d(features, growth, 3, padding: 1L);
        conv2 = Conv2d(features + growth, growth, 3, padding: 1L);
        conv3 = Conv2d(features + (2 * growth), growth, 3, padding: 1L);
        conv4 = Conv2d(features + (3 * growth), growth, 3, padding: 1L);
        conv5 = Conv2d(features + (4 * growth), features, 3, padding: 1L);
        RegisterComponents();
    }

    /// <summary>The five convolutions, in the order in which they run.</summary>
    public IReadOnlyList<Conv2d> Convolutions => [conv1, conv2, conv3, conv4, conv5];

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        List<Tensor> grown = [x];
        foreach (var convolution in Convolutions.SkipLast(1))
            grown.Add(functional.leaky_relu(convolution.forward(cat(grown, 1)), NegativeSlope, inplace: true));
        return conv5.forward(cat(grown, 1)).mul_(ResidualScaling).add_(x).MoveToOuterDisposeScope();
    }
}
