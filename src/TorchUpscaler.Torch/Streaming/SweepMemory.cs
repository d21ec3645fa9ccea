using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Streaming;

/// <summary>What a sweep holds at most, in values of the feature maps, counted from what its layers keep and what a convolution needs beside.</summary>
internal static class SweepMemory
{
    /// <summary>Rows of a residual dense block that lie behind its newest one: five convolutions.</summary>
    public const int DenseLag = 5;

    // A convolution's input is put together from windows, and libraries may arrange it and its result anew.
    private const int Copies = 3;

    /// <summary>Lag of RRDBNet's trunk: conv_first, fifteen convolutions a block, conv_body.</summary>
    public static int LagOf(RrdbNetShape shape) => 2 + (3 * DenseLag * shape.Blocks);

    /// <summary>Lag of SRVGGNetCompact: its convolutions.</summary>
    public static int LagOf(CompactNetShape shape) => 2 + shape.InnerConvolutions;

    /// <summary>Values that a sweep holds at most.</summary>
    public static long Values(NetworkShape shape, SweepPlan plan) => shape switch
    {
        RrdbNetShape rrdb => Kept(rrdb) * plan.Columns + Values(rrdb, plan),
        CompactNetShape compact => Kept(compact) * plan.Columns + Values(compact, plan),
        _ => throw new ArgumentException($"unknown network {shape}", nameof(shape)),
    };

    /// <summary>Parameters of a network, in values.</summary>
    public static long Parameters(NetworkShape shape) => shape switch
    {
        RrdbNetShape rrdb => Parameters(rrdb),
        CompactNetShape compact => (9L * compact.Features * (compact.InputChannels + (compact.InnerConvolutions * (long)compact.Features)
            + ((long)compact.OutputChannels * compact.Scale * compact.Scale))) + (3L * compact.Features * (compact.InnerConvolutions + 2)),
        _ => throw new ArgumentException($"unknown network {shape}", nameof(shape)),
    };

    // From band to band, a column: six rows of each dense block's input, 5 + 4 + 3 + 2 of what grows in it, each block's input for the
    // skip over it, and all that conv_first has made since conv_body's row, for the long one.
    private static long Kept(RrdbNetShape shape)
    {
        long dense = (6L * shape.Features) + (14L * shape.Growth);
        return (shape.Blocks * ((3 * dense) + (3L * DenseLag * shape.Features))) + (LagOf(shape) * (long)shape.Features)
            + (16L * (shape.UpConvolutions + 2) * shape.Features << shape.UpConvolutions);
    }

    private static long Kept(CompactNetShape shape) => (2L * shape.Features * (shape.InnerConvolutions + 1)) + (LagOf(shape) * (long)shape.InputChannels);

    // A dense block at its fifth convolution and the skips that wait beside it; or a slice of the tail at its full size, with the
    // trunk's band waiting.
    private static long Values(RrdbNetShape shape, SweepPlan plan)
    {
        long features = shape.Features, grown = 4L * shape.Growth, rows = plan.BandRows + (3L * DenseLag) + 1;
        var dense = ((4 * features) + grown + (Copies * (features + grown + features))) * rows * plan.Columns;
        var area = 1L << (2 * shape.UpConvolutions);
        var tail = ((2 * features) + (Copies * 2 * features) + (4L * shape.OutputChannels)) * area * (plan.TailRows + 2) * plan.Columns;
        return Math.Max(dense, tail + (2 * features * rows * plan.Columns));
    }

    private static long Values(CompactNetShape shape, SweepPlan plan)
    {
        long features = shape.Features, result = (long)shape.OutputChannels * shape.Scale * shape.Scale, rows = plan.BandRows + 3L;
        return ((2 * features) + (Copies * 2 * Math.Max(features, result)) + (4 * result)) * rows * plan.Columns;
    }

    private static long Parameters(RrdbNetShape shape)
    {
        long features = shape.Features, growth = shape.Growth, unshuffled = (long)shape.InputChannels * shape.Unshuffle * shape.Unshuffle;
        var dense = (growth * ((4 * features) + (6 * growth))) + (features * (features + (4 * growth)));
        return 9 * ((unshuffled * features) + (3 * shape.Blocks * dense) + (features * features * (2 + shape.UpConvolutions)) + (features * shape.OutputChannels));
    }
}
