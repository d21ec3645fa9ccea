using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// The first and the last column of pixels of a batch of tiles, kept until both batches at a cut have been computed, because a
/// tile's points need one pixel of each neighbour: <c>[first, last][out blocks][6 rows][16]</c>.
/// </summary>
internal readonly unsafe struct BatchEdges(float* columns, int outBlocks)
{
    private const int Block = PlainRows.Block;

    /// <summary>Floats of a batch's edges.</summary>
    public static int Floats(int outBlocks) => 2 * outBlocks * F6x6.TileSize * Block;

    /// <summary>Where the batch's first column has its pixel of a block in a row of the tile.</summary>
    public float* First(int block, int row) => columns + (block * F6x6.TileSize + row) * Block;

    /// <summary>Where the batch's last column has its pixel of a block in a row of the tile.</summary>
    public float* Last(int block, int row) => First(outBlocks + block, row);
}
