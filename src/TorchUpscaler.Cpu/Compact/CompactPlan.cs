using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Compact;

/// <summary>How a picture streams through SRVGGNetCompact, whose layers all have the size of the picture.</summary>
internal sealed record CompactPlan : RunPlan
{
    /// <summary>Rows that a convolution looks back from the newest row of its input.</summary>
    public const int Reach = 2;

    private const int PixelsPerBand = 8192; // so many that the windows of two layers stay in the cache

    private readonly CompactNetShape _shape;

    /// <param name="shape">The network.</param>
    /// <param name="columns">Columns of the picture, in the direction of the sweep.</param>
    /// <param name="rows">Rows of the picture, in the direction of the sweep.</param>
    /// <param name="bandRows">Rows of input that a pass takes; rounded up to whole tiles.</param>
    /// <param name="transposed">Whether the rows are the picture's columns.</param>
    public CompactPlan(CompactNetShape shape, int columns, int rows, int bandRows, bool transposed = false)
        : base(columns, rows, bandRows, shape.InnerConvolutions + 2, transposed) => _shape = shape;

    public override int OutputRows => Window(0);

    public override int OutputFactor => _shape.Scale;

    protected override int OutputChannels => _shape.OutputChannels;

    /// <summary>The plans for a picture, the fastest first.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="columns">Columns of the picture, upright.</param>
    /// <param name="rows">Rows of the picture, upright.</param>
    public static IEnumerable<RunPlan> Candidates(CompactNetShape shape, int columns, int rows) =>
        Candidates(shape, columns, rows, transposed: false).Concat(Candidates(shape, rows, columns, transposed: true));

    public override long BufferBytes()
    {
        int input = PackedConvolution.BlocksOf(_shape.InputChannels), features = PackedConvolution.BlocksOf(_shape.Features);
        var bytes = PlainRows.Bytes(input, Columns, Window(Lag)) + TransformedRows.Bytes(input, Columns, Window(Reach))
            + 2 * TransformedRows.Bytes(features, Columns, Window(Reach))
            + PlainRows.Bytes(PackedConvolution.BlocksOf(_shape.OutputChannels * _shape.Scale * _shape.Scale), Columns, Window(0));
        return Passes > 1 ? bytes + (Lag - 1) * PlainRows.Bytes(features, Columns, Reach) : bytes;
    }

    private static IEnumerable<CompactPlan> Candidates(CompactNetShape shape, int columns, int rows, bool transposed)
    {
        var band = Math.Max(12, (PixelsPerBand / columns + 5) / 6 * 6);
        foreach (var bandRows in new[] { band, 12, 6 })
            if (bandRows <= band) yield return new CompactPlan(shape, columns, rows, bandRows, transposed);
    }
}
