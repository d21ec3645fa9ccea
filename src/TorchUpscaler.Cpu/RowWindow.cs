using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>A layer's output while a band goes through: plain, for residuals and for carrying over, and transformed, for the convolutions that read it.</summary>
internal sealed class RowWindow(int blocks, int columns, int plainRows, int transformedRows) : IDisposable
{
    public PlainRows Plain { get; } = new(blocks, columns, plainRows);

    public TransformedRows Transformed { get; } = new(blocks, columns, transformedRows);

    public void Dispose()
    {
        Plain.Dispose();
        Transformed.Dispose();
    }
}
