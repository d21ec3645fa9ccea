using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>A layer's output while a band goes through: plain, for residuals and for carrying over, and transformed, for the convolutions that read it.</summary>
internal sealed class RowWindow(Arena arena, int blocks, int columns, int plainRows, int transformedRows)
{
    public PlainRows Plain { get; } = new(arena, blocks, columns, plainRows);

    public TransformedRows Transformed { get; } = new(arena, blocks, columns, transformedRows);

    /// <summary>Bytes of a window that holds so many plain and transformed rows.</summary>
    public static long Bytes(int blocks, int columns, int plainRows, int transformedRows) =>
        PlainRows.Bytes(blocks, columns, plainRows) + TransformedRows.Bytes(blocks, columns, transformedRows);
}
