namespace TorchUpscaler.Cpu.Memory;

/// <summary>
/// A window of rows of feature maps after the first half of Winograd's input transform, the one along a row: each tile of six
/// output columns has become eight points. A row serves every tile row and every convolution that reads it, whatever row their
/// tiles begin at. <c>[blocks][capacity][8 points][tiles][16]</c>, each row followed by a cache line of room, so that eight
/// rows of a tile do not fall into one cache set.
/// </summary>
internal sealed unsafe class TransformedRows : IDisposable
{
    private readonly NativeBuffer _buffer;

    /// <param name="blocks">Blocks of 16 channels.</param>
    /// <param name="columns">Pixels in a row.</param>
    /// <param name="capacity">Rows that the window holds.</param>
    /// <param name="upsampled">Whether the readers see the rows enlarged ×2 by nearest neighbour.</param>
    public TransformedRows(int blocks, int columns, int capacity, bool upsampled = false)
    {
        Blocks = blocks;
        Columns = columns;
        Capacity = capacity;
        Upsampled = upsampled;
        Tiles = TilesOf(columns, upsampled);
        RowFloats = RowFloatsOf(Tiles);
        _buffer = new NativeBuffer(blocks * capacity * RowFloats);
    }

    public int Blocks { get; }

    /// <summary>Pixels in a row as it is kept; its readers see twice as many where <see cref="Upsampled"/>.</summary>
    public int Columns { get; }

    public int Capacity { get; }

    /// <summary>Whether the readers see the rows enlarged ×2: columns by the transform, rows by reading each twice.</summary>
    public bool Upsampled { get; }

    /// <summary>Tiles in a row.</summary>
    public int Tiles { get; }

    /// <summary>Floats from one point of a row to the next.</summary>
    public int PointFloats => Tiles * PlainRows.Block;

    /// <summary>Floats from one row's slot to the next.</summary>
    public long RowFloats { get; }

    /// <summary>Floats from one block to the next.</summary>
    public long BlockFloats => Capacity * RowFloats;

    public static long Bytes(int blocks, int columns, int capacity, bool upsampled = false) =>
        NativeBuffer.Bytes(blocks * capacity * RowFloatsOf(TilesOf(columns, upsampled)));

    public static int TilesOf(int columns, bool upsampled) => ((upsampled ? 2 * columns : columns) + 5) / 6;

    /// <summary>Point 0 of tile 0 of a row.</summary>
    public float* Row(int block, int row) => _buffer.Pointer + block * BlockFloats + row % Capacity * RowFloats;

    public void Dispose() => _buffer.Dispose();

    private static long RowFloatsOf(int tiles) => (8L * tiles + 1) * PlainRows.Block;
}
