using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>How a picture streams through RRDBNet: a trunk at the size of the feature maps, and a tail in which rows are doubled.</summary>
internal sealed record RrdbPlan : RunPlan
{
    /// <summary>Rows that a residual dense block's last convolution looks back from the newest row of its input.</summary>
    public const int DenseReach = 6;

    /// <summary>Lag of a residual dense block, which has five convolutions.</summary>
    public const int DenseLag = 5;

    /// <summary>Lag of an RRDB.</summary>
    public const int BlockLag = 3 * DenseLag;

    private const int TailLag = 2;            // of the whole tail, in rows of the trunk: UpLag and two convolutions make up less
    private const int PixelsPerBand = 8192;   // so many that a band's features stay in the last-level cache
    private const int FewestBandRows = 18;    // of a wide picture: what is carried from band to band costs more than the cache gives
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
    public RrdbPlan(RrdbNetShape shape, int columns, int rows, int bandRows, int tailRows, bool transposed = false)
        : base(columns, rows, bandRows, LagOfTrunk(shape) + TailLag, transposed)
    {
        _shape = shape;
        TailRows = Align(Math.Min(tailRows, BandRows), TailStep);
    }

    /// <summary>Rows, at the trunk's size, that the tail takes at a time.</summary>
    public int TailRows { get; }

    /// <summary>Lag of conv_body's output behind the input.</summary>
    public int TrunkLag => LagOfTrunk(_shape);

    public override int OutputRows => TailRows;

    public override int OutputFactor => 1 << _shape.UpConvolutions;

    protected override int OutputChannels => _shape.OutputChannels;

    /// <summary>The plans for a picture, the fastest first.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="columns">Columns of the trunk's feature maps, upright.</param>
    /// <param name="rows">Rows of the trunk's feature maps, upright.</param>
    public static IEnumerable<RunPlan> Candidates(RrdbNetShape shape, int columns, int rows) =>
        Candidates(shape, columns, rows, transposed: false).Concat(Candidates(shape, rows, columns, transposed: true));

    /// <summary>Lag of the enlargement after <paramref name="ups"/> doublings, in rows of that size.</summary>
    public static int UpLag(int ups) => (1 << ups) - 1;

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

    public override long BufferBytes()
    {
        int features = PackedConvolution.BlocksOf(_shape.Features), growth = PackedConvolution.BlocksOf(_shape.Growth);
        var input = PackedConvolution.BlocksOf(_shape.InputChannels * _shape.Unshuffle * _shape.Unshuffle);
        var output = PackedConvolution.BlocksOf(_shape.OutputChannels);
        var bytes = PlainRows.Bytes(input, Columns, Window(0)) + TransformedRows.Bytes(input, Columns, Window(2))
            + PlainRows.Bytes(features, Columns, Window(TrunkLag))
            + RowWindow.Bytes(features, Columns, Window(BlockLag), Window(DenseReach))
            + 2 * RowWindow.Bytes(features, Columns, Window(DenseReach), Window(DenseReach))
            + 4 * TransformedRows.Bytes(growth, Columns, Window(DenseLag));
        if (Passes > 1)
        {
            bytes += _shape.Blocks * (PlainRows.Bytes(features, Columns, BlockLag) + 2 * PlainRows.Bytes(features, Columns, DenseReach))
                + PlainRows.Bytes(features, Columns, 2);
            for (var rows = 2; rows <= DenseLag; rows++) bytes += 3 * _shape.Blocks * PlainRows.Bytes(growth, Columns, rows);
        }

        bytes += TransformedRows.Bytes(features, Columns, Window(3), upsampled: true);
        for (var ups = 1; ups <= _shape.UpConvolutions; ups++)
            bytes += TransformedRows.Bytes(features, Columns << ups, TailWindow(ups, 3), ups < _shape.UpConvolutions);
        var last = _shape.UpConvolutions;
        bytes += TransformedRows.Bytes(features, Columns << last, TailWindow(last, 3));
        bytes += PlainRows.Bytes(output, Columns << last, TailWindow(last, 0));
        return bytes;
    }

    private static IEnumerable<RrdbPlan> Candidates(RrdbNetShape shape, int columns, int rows, bool transposed)
    {
        var band = (long)columns * rows <= SmallPicture ? int.MaxValue / 2 : Math.Max(FewestBandRows, (PixelsPerBand / columns + 5) / 6 * 6);
        var tail = Math.Max(3, TailPixels / columns / 3 * 3);
        foreach (var (bandRows, tailRows) in new[] { (band, tail), (24, 6), (12, 6), (12, 3), (6, 3) })
            if (bandRows <= band) yield return new RrdbPlan(shape, columns, rows, bandRows, Math.Min(tail, tailRows), transposed);
    }

    private static int LagOfTrunk(RrdbNetShape shape) => 2 + BlockLag * shape.Blocks;
}
