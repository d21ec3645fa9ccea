namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// How one worker's scratch memory is laid out for a batch of tiles. Strides have a cache line of room, so that the eight
/// streams of a transform do not fall into one cache set.
/// </summary>
internal readonly struct ScratchLayout
{
    private const int Room = 16; // floats

    public ScratchLayout(PackedConvolution weights, int tiles)
    {
        Groups = (tiles + Products.GroupTiles - 1) / Products.GroupTiles;
        var padded = Groups * Products.GroupTiles;
        GroupInputs = weights.InBlocks * Products.GroupTiles * 16;
        InputStride = Groups * GroupInputs + Room;
        ProductStride = padded * PackedConvolution.SliceWidth + Room;
        OutputStride = padded * PackedConvolution.SliceWidth + Room;
        SliceStride = F6x6.TileSize * F6x6.Points * OutputStride;
        Products0 = F6x6.Points * InputStride;
        Outputs0 = Products0 + F6x6.Points * ProductStride;
        Floats = Outputs0 + weights.Slices * SliceStride;
    }

    /// <summary>Groups of twelve tiles.</summary>
    public int Groups { get; }

    /// <summary>Floats of one group's transformed input at one point, <c>[in blocks][12][16]</c>.</summary>
    public int GroupInputs { get; }

    /// <summary>From one point down to the next in the transformed input, <c>[8 down][groups][in blocks][12][16]</c> at offset 0.</summary>
    public int InputStride { get; }

    /// <summary>From one point down to the next in the products, <c>[8 down][groups · 12][32]</c>.</summary>
    public int ProductStride { get; }

    /// <summary>From one point across to the next in the half-transformed output, <c>[slices][6 rows][8 across][groups · 12][32]</c>.</summary>
    public int OutputStride { get; }

    /// <summary>From one slice of output channels to the next in the half-transformed output.</summary>
    public int SliceStride { get; }

    /// <summary>Offset of the products.</summary>
    public int Products0 { get; }

    /// <summary>Offset of the half-transformed output.</summary>
    public int Outputs0 { get; }

    /// <summary>Floats in all.</summary>
    public int Floats { get; }
}
