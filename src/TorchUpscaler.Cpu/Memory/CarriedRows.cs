namespace TorchUpscaler.Cpu.Memory;

/// <summary>
/// The rows of one layer that the next band still needs, kept aside while the shared windows serve other layers:
/// <c>[blocks][rows][columns][16]</c>.
/// </summary>
internal sealed unsafe class CarriedRows(Arena arena, int blocks, int columns, int rows)
{
    private readonly float* _buffer = arena.Allocate((long)blocks * rows * columns * PlainRows.Block);

    public static long Bytes(int blocks, int columns, int rows) => Arena.Bytes((long)blocks * rows * columns * PlainRows.Block);

    public int Blocks { get; } = blocks;

    /// <summary>How many rows are kept at most.</summary>
    public int Rows { get; } = rows;

    /// <summary>First row that is kept; may lie above the picture.</summary>
    public int First { get; private set; }

    /// <summary>One behind the last row that is kept.</summary>
    public int End { get; private set; }

    /// <summary>Says which rows are kept from now on; the caller copies them.</summary>
    public void Hold(int first, int end) => (First, End) = (first, end);

    public void Save(PlainRows source, int block, int row) =>
        new Span<float>(source.Row(block, row), RowFloats).CopyTo(At(block, row));

    public void Restore(PlainRows target, int block, int row) =>
        At(block, row).CopyTo(new Span<float>(target.Row(block, row), RowFloats));

    private int RowFloats => columns * PlainRows.Block;

    private Span<float> At(int block, int row) =>
        new(_buffer + ((long)block * Rows + (row - First)) * RowFloats, RowFloats);
}
