using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Measures how long the stores' transactions take, whether they come through or not.</summary>
internal static class StoreMeter
{
    private static readonly Meter Meter = new(QueueMetrics.MeterName);

    private static readonly Histogram<double> Seconds =
        Meter.CreateHistogram<double>("store_seconds", "s", "Time of the store's transactions, by kind.");

    /// <summary>Runs a transaction.</summary>
    /// <param name="kind"><c>read</c> or <c>write</c>.</param>
    /// <param name="transaction">The transaction.</param>
    internal static T Measure<T>(string kind, Func<T> transaction)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return transaction();
        }
        finally
        {
            Seconds.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
        }
    }
}
