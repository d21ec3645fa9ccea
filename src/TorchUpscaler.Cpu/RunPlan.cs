using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>
/// How a picture streams through the network. It goes down the picture in bands; each layer lags one row behind the layer that
/// it reads, because a 3×3 convolution needs the row below. In pass k a layer with lag l computes the rows
/// <c>[k · BandRows - l, (k + 1) · BandRows - l)</c> that are in the picture, so that nothing is computed twice and nothing
/// depends on where bands end. A picture that is small enough goes through in one pass. What is kept grows with the length of
/// a row; so a picture that is too wide is swept along its other side, with transposed kernels, and its result spooled.
/// </summary>
internal sealed record RunPlan
{
    /// <summary>Rows that a residual dense block's last convolution looks back from the newest row of its input.</summary>
    public const int DenseReach = 6;

    /// <summary>Lag of a residual dense block, which has five convolutions.</summary>
    public const int DenseLag = 5;

    /// <summary>Lag of an RRDB.</summary>
    public const int BlockLag = 3 * DenseLag;

    private const int PixelsPerBand = 8192;   // so many that a band's features stay in the last-level cache
    private const int SmallPicture = 12288;   // pixels up to which one pass is fastest
    private const int TailPixels = 1536;
    private const int TailStep = F6x6.TileSize / 2; // the tail's convolutions see rows doubled at least once

    private readonly RrdbNetShape _shape;

    /// <param name="shape">The network.</param>
    /// <param name="columns">Columns of the trunk's feature maps, in the direction of the sweep.</param>
    /// <param name="rows">Rows of the trunk's feature maps, in the direction of the sweep.</param>
    /// <param name="bandRows">Rows of input that a pass takes; rounded up to whole tiles.</param>
    /// <param name="tailRows">Rows, at the trunk's size, that the tail takes at a time; rounded up so that they make whole tiles of the doubled rows.</param>
    /// <param name="transposed">Whether the rows are the picture's columns.</param>
    public RunPlan(RrdbNetShape shape, int columns, int rows, int bandRows, int tailRows, bool transposed = false)
    {
        _shape = shape;
        Transposed = transposed;
        Columns = columns;
        Rows = rows;
        TrunkLag = 2 + BlockLag * shape.Blocks;
        BandRows = Align(Math.Min(bandRows, rows + TrunkLag + 2), F6x6.TileSize);
        TailRows = Align(Math.Min(tailRows, BandRows), TailStep);
    }

    /// <summary>Whether the sweep goes from left to right: rows are the picture's columns.</summary>
    public bool Transposed { get; }

    /// <summary>Columns of the trunk's feature maps.</summary>
    public int Columns { get; }

    /// <summary>Rows of the trunk's feature maps.</summary>
    public int Rows { get; }

    /// <summary>Rows of input that a pass takes.</summary>
    public int BandRows { get; }

    /// <summary>Rows, at the trunk's size, that the tail takes at a time.</summary>
    public int TailRows { get; }

    /// <summary>Lag of conv_body's output behind the input.</summary>
    public int TrunkLag { get; }

    /// <summary>Passes until the last output row is out.</summary>
    public int Passes => (Rows + TrunkLag + 2 + BandRows - 1) / BandRows;

    /// <summary>Lag of the enlargement after <paramref name="ups"/> doublings, in rows of that size.</summary>
    public static int UpLag(int ups) => (1 << ups) - 1;

    /// <summary>Rows that a window of the trunk has to hold so that <paramref name="before"/> old ones stay beside a band.</summary>
    public int Window(int before) => Math.Min(Rows, BandRows + before);

    /// <summary>
    /// Rows of a layer with that lag in a pass. Tiles are laid from the first row on. Where the pass begins above the picture,
    /// so does the first row, by less than a tile: a layer's tiles then lie on one grid whatever the plan, and so the result
    /// does not depend on it.
    /// </summary>
    public (int First, int End) RowsOf(int pass, int lag) => RowsOf(pass * BandRows - lag, (pass + 1) * BandRows - lag, Rows);

    /// <summary>Rows that the tail computes of a stage when conv_body's rows [first, end) have come.</summary>
    /// <param name="first">First new row of conv_body's output; may lie above the picture.</param>
    /// <param name="end">One behind the last; may lie below the picture.</param>
    /// <param name="ups">Doublings up to that stage.</param>
    /// <param name="convolutions">Convolutions behind the last doubling's.</param>
    public (int First, int End) TailRowsOf(int first, int end, int ups, int convolutions)
    {
        var lag = UpLag(ups) + convolutions;
        return RowsOf((first << ups) - lag, (end << ups) - lag, Rows << ups);
    }

    /// <summary>Rows of a tail window of which <paramref name="before"/> old ones stay, <paramref name="ups"/> doublings up.</summary>
    public int TailWindow(int ups, int before) => Math.Min(Rows << ups, (TailRows << ups) + before);

    /// <summary>Chooses the fastest plan within <paramref name="availableBytes"/>.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="columns">Columns of the trunk's feature maps, upright.</param>
    /// <param name="rows">Rows of the trunk's feature maps, upright.</param>
    /// <param name="availableBytes">What the plan may take.</param>
    /// <param name="missingBytes">0, or by how much the smallest plan, which is returned then, is too large.</param>
    public static RunPlan Choose(RrdbNetShape shape, int columns, int rows, long availableBytes, out long missingBytes)
    {
        missingBytes = 0;
        RunPlan? smallest = null;
        foreach (var plan in Candidates(shape, columns, rows, transposed: false).Concat(Candidates(shape, rows, columns, transposed: true)))
        {
            var bytes = plan.Bytes();
            if (bytes <= availableBytes) return plan;
            if (smallest is null || bytes < smallest.Bytes()) smallest = plan;
        }

        missingBytes = smallest!.Bytes() - availableBytes;
        return smallest;
    }

    private static IEnumerable<RunPlan> Candidates(RrdbNetShape shape, int columns, int rows, bool transposed)
    {
        var band = (long)columns * rows <= SmallPicture ? int.MaxValue / 2 : Math.Max(12, (PixelsPerBand / columns + 5) / 6 * 6);
        var tail = Math.Max(3, TailPixels / columns / 3 * 3);
        foreach (var (bandRows, tailRows) in new[] { (band, tail), (24, 6), (12, 6), (12, 3), (6, 3) })
            if (bandRows <= band) yield return new RunPlan(shape, columns, rows, bandRows, Math.Min(tail, tailRows), transposed);
    }

    /// <summary>Bytes that a run takes, but for the threads' scratch memory.</summary>
    public long Bytes()
    {
        var (columns, rows) = ((long)Columns << _shape.UpConvolutions, (long)Rows << _shape.UpConvolutions);
        return BufferBytes() + sizeof(float) * columns * (TailRows << _shape.UpConvolutions) * _shape.OutputChannels
            + (Transposed ? ColumnSpool.MemoryBytes(rows, columns, _shape.OutputChannels) : 0);
    }

    /// <summary>Bytes of the run's buffers in its arena.</summary>
    public long BufferBytes()
    {
        int features = PackedConvolution.BlocksOf(_shape.Features), growth = PackedConvolution.BlocksOf(_shape.Growth);
        var input = PackedConvolution.BlocksOf(_shape.InputChannels * _shape.Unshuffle * _shape.Unshuffle);
        var output = PackedConvolution.BlocksOf(_shape.OutputChannels);
        var bytes = Both(input, Columns, Window(2)) + PlainRows.Bytes(features, Columns, Window(TrunkLag))
            + PlainRows.Bytes(features, Columns, Window(BlockLag)) + TransformedRows.Bytes(features, Columns, Window(DenseReach))
            + 2 * Both(features, Columns, Window(DenseReach)) + 4 * Both(growth, Columns, Window(DenseLag));
        if (Passes > 1)
        {
            var dense = (5 + 4 + 3 + 2) * growth;
            bytes += (_shape.Blocks * ((BlockLag + 2 * DenseReach) * features + 3 * dense) + 2 * features)
                     * Arena.Bytes((long)Columns * PlainRows.Block);
        }

        bytes += PlainRows.Bytes(features, Columns, Window(0)) + TransformedRows.Bytes(features, Columns, Window(3), upsampled: true);
        for (var ups = 1; ups <= _shape.UpConvolutions; ups++)
            bytes += TransformedRows.Bytes(features, Columns << ups, TailWindow(ups, 3), ups < _shape.UpConvolutions);
        var last = _shape.UpConvolutions;
        bytes += TransformedRows.Bytes(features, Columns << last, TailWindow(last, 3));
        for (var ups = 1; ups <= last; ups++) bytes += PlainRows.Bytes(features, Columns << ups, TailWindow(ups, 0));
        bytes += PlainRows.Bytes(output, Columns << last, TailWindow(last, 0));
        return bytes;
    }

    private static int Align(int rows, int step) => (rows + step - 1) / step * step;

    private static (int First, int End) RowsOf(int first, int end, int rows)
    {
        end = Math.Clamp(end, 0, rows);
        if (first < 0) first = first % F6x6.TileSize; // the same place in a tile, less than a tile above the picture
        return end > 0 && first < end ? (first, end) : (end, end);
    }

    private static long Both(int blocks, int columns, int capacity) =>
        PlainRows.Bytes(blocks, columns, capacity) + TransformedRows.Bytes(blocks, columns, capacity);
}
