namespace TorchUpscaler.Cpu;

/// <summary>Predicted work, in multiply-adds of plain convolutions.</summary>
internal static class RrdbCost
{
    /// <summary>The whole network's work for one pixel of the trunk.</summary>
    public static double PerTrunkPixel(RrdbWeights weights)
    {
        double cost = weights.First.CostPerPixel + weights.Body.CostPerPixel;
        cost += weights.Dense.Sum(block => block.Sum(convolution => convolution.CostPerPixel));
        var area = 1.0;
        foreach (var up in weights.Up)
        {
            area *= 4;
            cost += area * up.CostPerPixel;
        }

        return cost + area * (weights.Hr.CostPerPixel + weights.Last.CostPerPixel);
    }
}
