namespace TorchUpscaler.Core;

/// <summary>What a network's convolutions cost, whatever the algorithm: 18 million multiply-adds a pixel for x4plus, 1.2 million for x4fast.</summary>
public static class NetworkCost
{
    private const double Taps = 9; // of a 3×3 convolution

    /// <summary>Multiply-adds for one pixel of the picture that goes in.</summary>
    public static double PerPixel(NetworkShape network) => network switch
    {
        RrdbNetShape rrdb => OfRrdbNet(rrdb),
        CompactNetShape compact => OfCompactNet(compact),
        _ => throw new ArgumentException($"unknown network {network}", nameof(network)),
    };

    // Each doubling has four times the pixels; with pixel-unshuffle the trunk has fewer than the picture.
    private static double OfRrdbNet(RrdbNetShape network)
    {
        double features = network.Features, growth = network.Growth, unshuffle = network.Unshuffle * network.Unshuffle;
        var dense = 3 * (growth * ((4 * features) + (6 * growth)) + (features * (features + (4 * growth))));
        var trunk = (network.InputChannels * unshuffle * features) + (network.Blocks * dense) + (features * features);
        var area = 1.0;
        for (var up = 1; up <= network.UpConvolutions; up++) trunk += (area *= 4) * features * features;
        return Taps * (trunk + (area * features * (features + network.OutputChannels))) / unshuffle;
    }

    private static double OfCompactNet(CompactNetShape network)
    {
        double features = network.Features;
        return Taps * features * (network.InputChannels + (network.InnerConvolutions * features) + (network.OutputChannels * network.Scale * network.Scale));
    }
}
