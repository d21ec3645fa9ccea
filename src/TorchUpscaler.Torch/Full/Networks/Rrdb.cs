using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchUpscaler.Torch.Full.Networks;

/// <summary>Residual in residual dense block: three dense blocks, and a fifth of their result added to the input.</summary>
internal sealed class Rrdb : Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names.
#pragma warning disable IDE1006
    public readonly ResidualDenseBlock rdb1, rdb2, rdb3;
#pragma warning restore IDE1006

    /// <param name="features">Channels of the input and of the result.</param>
    /// <param name="growth">Channels that each dense convolution adds.</param>
    public Rrdb(long features, long growth) : base(nameof(Rrdb))
    {
        rdb1 = new ResidualDenseBlock(features, growth);
        rdb2 = new ResidualDenseBlock(features, growth);
        rdb3 = new ResidualDenseBlock(features, growth);
        RegisterComponents();
    }

    /// <summary>The three dense blocks, in the order in which they run.</summary>
    public IReadOnlyList<ResidualDenseBlock> DenseBlocks => [rdb1, rdb2, rdb3];

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return rdb3.forward(rdb2.forward(rdb1.forward(x))).mul_(ResidualDenseBlock.ResidualScaling).add_(x).MoveToOuterDisposeScope();
    }
}
