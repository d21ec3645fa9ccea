namespace TorchUpscaler.Core;

/// <summary>How many rows a sink works on at a time, so that its buffers stay small however many rows it is handed.</summary>
internal static class RowChunks
{
    private const int TargetSamples = 1 << 16; // 256 KB of floats: stays in a core's second-level cache

    /// <summary>Rows of the given length that make about one chunk; at least 1.</summary>
    internal static int RowsOf(int rowSamples) => Math.Max(1, TargetSamples / rowSamples);
}
