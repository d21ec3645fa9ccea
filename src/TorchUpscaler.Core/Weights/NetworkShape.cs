namespace TorchUpscaler.Core;

/// <summary>The sizes of a network, read from its tensors' names and shapes.</summary>
/// <param name="Scale">Output pixels per input pixel, each way.</param>
/// <param name="InputChannels">Channels of the picture that goes in, before any pixel-unshuffle.</param>
/// <param name="OutputChannels">Channels of the picture that comes out.</param>
/// <param name="Features">Feature channels between the layers (<c>num_feat</c>).</param>
public abstract record NetworkShape(int Scale, int InputChannels, int OutputChannels, int Features)
{
    /// <summary>The network's name in the field: <c>RRDBNet</c> or <c>SRVGGNetCompact</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Makes sure that a picture has no more channels of colour than the network takes; of grey, the one is repeated.</summary>
    /// <exception cref="InputException">It has.</exception>
    public void RequireColours(Picture input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.ColorChannels > InputChannels)
            throw new InputException($"the model takes pictures of {InputChannels} channel, and this one has {input.ColorChannels}; choose a model for colour pictures");
    }
}

/// <summary>RRDBNet, the generator of ESRGAN (Wang et al., 2018, arXiv:1809.00219) as Real-ESRGAN uses it.</summary>
/// <param name="Scale">1, 2, 4 or 8.</param>
/// <param name="InputChannels">Channels of the picture that goes in, before any pixel-unshuffle.</param>
/// <param name="OutputChannels">Channels of the picture that comes out.</param>
/// <param name="Features">Feature channels of the trunk (<c>num_feat</c>).</param>
/// <param name="Blocks">Residual-in-residual dense blocks (<c>num_block</c>).</param>
/// <param name="Growth">Channels that each dense convolution adds (<c>num_grow_ch</c>).</param>
public sealed record RrdbNetShape(int Scale, int InputChannels, int OutputChannels, int Features, int Blocks, int Growth)
    : NetworkShape(Scale, InputChannels, OutputChannels, Features)
{
    /// <inheritdoc/>
    public override string Kind => "RRDBNet";

    /// <summary>Factor of the pixel-unshuffle in front of conv_first: 4 for ×1, 2 for ×2, else 1.</summary>
    public int Unshuffle => Scale switch { 1 => 4, 2 => 2, _ => 1 };

    /// <summary>Nearest ×2 enlargements in the tail: conv_up1, conv_up2 and, for ×8, conv_up3.</summary>
    public int UpConvolutions => Scale == 8 ? 3 : 2;
}

/// <summary>SRVGGNetCompact, Real-ESRGAN's small network: convolutions with PReLU, then pixel-shuffle, added to the nearest-enlarged input.</summary>
/// <param name="Scale">Output pixels per input pixel, each way.</param>
/// <param name="InputChannels">Channels of the picture that goes in.</param>
/// <param name="OutputChannels">Channels of the picture that comes out.</param>
/// <param name="Features">Feature channels (<c>num_feat</c>).</param>
/// <param name="InnerConvolutions">Convolutions between the first and the last (<c>num_conv</c>).</param>
public sealed record CompactNetShape(int Scale, int InputChannels, int OutputChannels, int Features, int InnerConvolutions)
    : NetworkShape(Scale, InputChannels, OutputChannels, Features)
{
    /// <inheritdoc/>
    public override string Kind => "SRVGGNetCompact";
}
