using System.Diagnostics.Metrics;

namespace TorchUpscaler.Queue;

/// <summary>What a process measures of its work, as instruments of the meter <see cref="MeterName"/>.</summary>
public sealed class QueueMetrics : IDisposable
{
    /// <summary>The meter's name; the exporter puts it before the instruments' names.</summary>
    public const string MeterName = "torchupscaler";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _steps;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _rescues;
    private readonly Counter<long> _finished;
    private readonly Histogram<double> _waited;
    private readonly Histogram<double> _inference;

    /// <summary>Creates the instruments.</summary>
    public QueueMetrics()
    {
        _steps = _meter.CreateCounter<long>("steps_total", description: "Steps of runs.");
        _retries = _meter.CreateCounter<long>("retries_total", description: "Jobs queued again after a failure.");
        _rescues = _meter.CreateCounter<long>("rescues_total", description: "Jobs taken back from dead or silent workers.");
        _finished = _meter.CreateCounter<long>("ended_total", description: "Jobs that this process ended, by outcome.");
        _waited = _meter.CreateHistogram<double>("waiting_seconds", "s", "Time between a job's queueing and its first start.");
        _inference = _meter.CreateHistogram<double>("inference_seconds", "s", "Time that the network took for a picture, by model.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Stepped() => _steps.Add(1);

    internal void Retried() => _retries.Add(1);

    internal void Rescued(int jobs)
    {
        if (jobs > 0) _rescues.Add(jobs);
    }

    internal void Ended(string outcome) => _finished.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Waited(double seconds) => _waited.Record(seconds);

    internal void Inferred(string model, double seconds) => _inference.Record(seconds, new KeyValuePair<string, object?>("model", model));
}
