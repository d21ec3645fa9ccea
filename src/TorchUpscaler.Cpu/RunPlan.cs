using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>
/// How a picture streams through a network. It goes down the picture in bands; each layer lags one row behind the layer that
/// it reads, because a 3×3 convolution needs the row below. In pass k a layer with lag l computes the rows
/// <c>[k · BandRows - l, (k + 1) · BandRows - l)</c> that are in the picture, so that nothing is computed twice and nothing
/// depends on where bands end. A picture that is small enough goes through in one pass. What is kept grows with the length of
/// a row; so a picture that is too wide is swept along its other side, with transposed kernels, and its result spooled.
/// </summary>
internal abstract record RunPlan
{
    /// <param name="columns">Columns of the feature maps, in the direction of the sweep.</param>
    /// <param name="rows">Rows of the feature maps, in the direction of the sweep.</param>
    /// <param name="bandRows">Rows of input that a pass takes; rounded up to whole tiles.</param>
    /// <param name="lag">Lag of the last layer behind the input, in rows of the feature maps.</param>
    /// <param name="transposed">Whether the rows are the picture's columns.</param>
    protected RunPlan(int columns, int rows, int bandRows, int lag, bool transposed)
    {
        Transposed = transposed;
        Columns = columns;
        Rows = rows;
        Lag = lag;
        BandRows = Align(Math.Min(bandRows, rows + lag), F6x6.TileSize);
    }

    /// <summary>Whether the sweep goes from left to right: rows are the picture's columns.</summary>
    public bool Transposed { get; }

    /// <summary>Columns of the feature maps.</summary>
    public int Columns { get; }

    /// <summary>Rows of the feature maps.</summary>
    public int Rows { get; }

    /// <summary>Rows of input that a pass takes.</summary>
    public int BandRows { get; }

    /// <summary>Lag of the last layer behind the input.</summary>
    public int Lag { get; }

    /// <summary>Passes until the last output row is out.</summary>
    public int Passes => (Rows + Lag + BandRows - 1) / BandRows;

    /// <summary>Rows that are handed to the sink at a time, at the size of the feature maps.</summary>
    public abstract int OutputRows { get; }

    /// <summary>Result pixels per pixel of the feature maps, each way.</summary>
    public abstract int OutputFactor { get; }

    /// <summary>Channels of the result.</summary>
    protected abstract int OutputChannels { get; }

    /// <summary>Bytes of the run's buffers in its arena.</summary>
    public abstract long BufferBytes();

    /// <summary>Rows that a window has to hold so that <paramref name="before"/> old ones stay beside a band.</summary>
    public int Window(int before) => Math.Min(Rows, BandRows + before);

    /// <summary>
    /// Rows of a layer with that lag in a pass. Tiles are laid from the first row on. Where the pass begins above the picture,
    /// so does the first row, by less than a tile: a layer's tiles then lie on one grid whatever the plan, and so the result
    /// does not depend on it.
    /// </summary>
    public (int First, int End) RowsOf(int pass, int lag) => RowsOf(pass * BandRows - lag, (pass + 1) * BandRows - lag, Rows);

    /// <summary>Chooses the fastest plan within <paramref name="availableBytes"/>.</summary>
    /// <param name="plans">The plans, the fastest first.</param>
    /// <param name="availableBytes">What the plan may take.</param>
    /// <param name="missingBytes">0, or by how much the smallest plan, which is returned then, is too large.</param>
    public static RunPlan Choose(IEnumerable<RunPlan> plans, long availableBytes, out long missingBytes)
    {
        missingBytes = 0;
        RunPlan? smallest = null;
        foreach (var plan in plans)
        {
            var bytes = plan.Bytes();
            if (bytes <= availableBytes) return plan;
            if (smallest is null || bytes < smallest.Bytes()) smallest = plan;
        }

        missingBytes = smallest!.Bytes() - availableBytes;
        return smallest;
    }

    /// <summary>Bytes that a run takes, but for the threads' scratch memory.</summary>
    public long Bytes()
    {
        var (columns, rows) = ((long)Columns * OutputFactor, (long)Rows * OutputFactor);
        return BufferBytes() + sizeof(float) * columns * OutputRows * OutputFactor * OutputChannels
            + (Transposed ? ColumnSpool.MemoryBytes(rows, columns, OutputChannels) : 0);
    }

    /// <summary>The part of rows [first, end) that is in a picture of so many rows; above it, what is left of the first tile.</summary>
    protected static (int First, int End) RowsOf(int first, int end, int rows)
    {
        end = Math.Clamp(end, 0, rows);
        if (first < 0) first = first % F6x6.TileSize; // the same place in a tile, less than a tile above the picture
        return end > 0 && first < end ? (first, end) : (end, end);
    }

    /// <summary>Rows rounded up to a multiple.</summary>
    protected static int Align(int rows, int step) => (rows + step - 1) / step * step;
}
