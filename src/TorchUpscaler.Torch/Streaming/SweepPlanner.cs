using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Streaming;

/// <summary>Chooses how a picture streams: the largest bands that fit; if none do, along the picture's other side.</summary>
/// <param name="shape">The network.</param>
/// <param name="bandPixels">Pixels of a band that keep the device busy; larger bands gain nothing and make steps long.</param>
/// <param name="tailPixels">Pixels, at the feature maps' size, of a slice that is enlarged.</param>
internal sealed class SweepPlanner(NetworkShape shape, int bandPixels, int tailPixels)
{
    private const int SmallestBand = 8; // rows: below it, putting windows together takes longer than the convolutions

    /// <summary>The plans for a picture, the fastest first.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public IEnumerable<SweepPlan> Plans(int width, int height)
    {
        var unshuffle = shape is RrdbNetShape rrdb ? rrdb.Unshuffle : 1;
        var (columns, rows) = ((width + unshuffle - 1) / unshuffle, (height + unshuffle - 1) / unshuffle);
        return Plans(columns, rows, isSideways: false).Concat(Plans(rows, columns, isSideways: true));
    }

    /// <summary>Bytes that a plan takes at most.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="bytesPerValue">Of a feature map's value: 4 or 2.</param>
    public long Bytes(SweepPlan plan, int bytesPerValue) => SweepMemory.Values(shape, plan) * bytesPerValue;

    private IEnumerable<SweepPlan> Plans(int columns, int rows, bool isSideways)
    {
        var lag = shape switch
        {
            RrdbNetShape rrdb => SweepMemory.LagOf(rrdb),
            CompactNetShape compact => SweepMemory.LagOf(compact),
            _ => throw new ArgumentException($"unknown network {shape}"),
        };
        var most = Math.Max(SmallestBand, Math.Min(rows + lag, bandPixels / columns));
        for (var band = most; ; band = Math.Max(SmallestBand, band / 2))
        {
            yield return new SweepPlan(columns, rows, band, Math.Clamp(tailPixels / columns, 1, band), lag, isSideways);
            if (band == SmallestBand) yield break;
        }
    }
}
