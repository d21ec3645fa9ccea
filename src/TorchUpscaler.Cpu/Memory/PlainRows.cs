namespace TorchUpscaler.Cpu.Memory;

/// <summary>
/// A window of rows of feature maps: row r of the picture lies in slot r mod capacity, until row r + capacity takes its place.
/// Channels are kept in blocks of 16: <c>[blocks][capacity][pitch][16]</c>, where column c is at 1 + c, with room at both
/// ends for the zeros that a 3×3 convolution sees outside the picture.
/// </summary>
internal sealed unsafe class PlainRows : IDisposable
{
    private readonly NativeBuffer _buffer;
    private readonly long _rowFloats;

    public PlainRows(int blocks, int columns, int capacity)
    {
        Blocks = blocks;
        Columns = columns;
        Capacity = capacity;
        Pitch = PitchOf(columns);
        _rowFloats = (long)Pitch * Block;
        _buffer = new NativeBuffer(blocks * capacity * _rowFloats);
    }

    /// <summary>Channels of a block.</summary>
    public const int Block = 16;

    /// <summary>Blocks of 16 channels.</summary>
    public int Blocks { get; }

    /// <summary>Pixels in a row of the picture.</summary>
    public int Columns { get; }

    /// <summary>Rows that the window holds.</summary>
    public int Capacity { get; }

    /// <summary>Pixels in a row of the buffer, room for zeros included.</summary>
    public int Pitch { get; }

    public static long Bytes(int blocks, int columns, int capacity) =>
        NativeBuffer.Bytes((long)blocks * capacity * PitchOf(columns) * Block);

    /// <summary>Column 0 of a row; a column is 16 floats.</summary>
    public float* Row(int block, int row) =>
        _buffer.Pointer + ((long)block * Capacity + row % Capacity) * _rowFloats + Block;

    /// <summary>Zeros the room before column 0 and behind the last one.</summary>
    public void ClearEnds(int block, int row)
    {
        var start = Row(block, row) - Block;
        new Span<float>(start, Block).Clear();
        new Span<float>(start + (1 + (long)Columns) * Block, (Pitch - 1 - Columns) * Block).Clear();
    }

    /// <summary>Copies a row of a window of the same width.</summary>
    public void CopyRow(PlainRows source, int block, int row) =>
        new Span<float>(source.Row(block, row), Columns * Block).CopyTo(new Span<float>(Row(block, row), Columns * Block));

    public void Dispose() => _buffer.Dispose();

    /// <summary>One column before, and behind up to the last column that a tile reads, at single or doubled width.</summary>
    private static int PitchOf(int columns) =>
        1 + Math.Max(6 * TransformedRows.TilesOf(columns, false) + 1, 3 * TransformedRows.TilesOf(columns, true) + 1);
}
