namespace TorchUpscaler.Core;

/// <summary>
/// Takes a picture's rows from top to bottom. Sinks are chained: a sink that changes rows (blending, resizing, merging
/// alpha, rounding) hands them on to the next, the last one encodes them. The owner of a sink disposes it; disposed
/// without <see cref="Complete"/>, it leaves nothing behind.
/// </summary>
public interface IRowSink : IDisposable
{
    /// <summary>Tells the size. Called once, before the first row.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows that will come.</param>
    /// <param name="channels">Interleaved samples of a pixel.</param>
    void Begin(int width, int height, int channels);

    /// <summary>Takes the next rows.</summary>
    /// <param name="rows">Samples <c>[count][width][channels]</c>, black 0 and white 1, unclamped.</param>
    /// <param name="count">How many rows.</param>
    void Write(ReadOnlySpan<float> rows, int count);

    /// <summary>All rows have come.</summary>
    void Complete();
}
