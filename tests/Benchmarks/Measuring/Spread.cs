namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>How repeated measurements of one thing lie.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Minimum">The smallest.</param>
/// <param name="LowerQuartile">A quarter of them lies below.</param>
/// <param name="Median">Half of them lies below.</param>
/// <param name="UpperQuartile">Three quarters of them lie below.</param>
/// <param name="Maximum">The largest.</param>
internal sealed record Spread(int Count, double Minimum, double LowerQuartile, double Median, double UpperQuartile, double Maximum)
{
    /// <summary>The spread of at least one value; between two values a quantile is interpolated linearly.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) throw new ArgumentException("nothing has been measured", nameof(values));
        return new Spread(sorted.Length, sorted[0], Quantile(sorted, 0.25), Quantile(sorted, 0.5), Quantile(sorted, 0.75), sorted[^1]);
    }

    /// <summary>The middle value.</summary>
    public static double MedianOf(IEnumerable<double> values) => Of(values).Median;

    /// <summary>
    /// The median of the quotients of runs that followed each other. What slows the machine down for a while slows both runs
    /// of a pair, so this is steadier than the quotient of the medians.
    /// </summary>
    /// <param name="over">What is divided, by rounds.</param>
    /// <param name="under">What it is divided by, by rounds.</param>
    public static double MedianOfQuotients(IReadOnlyList<double> over, IReadOnlyList<double> under)
    {
        if (over.Count != under.Count) throw new ArgumentException($"{over.Count} runs are no pairs with {under.Count}", nameof(under));
        return MedianOf(over.Zip(under, (a, b) => a / b));
    }

    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (at - below));
    }
}
