using Prometheus;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary>The page <c>/metrics</c>: what the process measures of its work, what is in the store, and memory.</summary>
internal sealed class MetricsPage : IDisposable
{
    // From a fast disk's millisecond to a large picture's hour.
    private static readonly double[] Buckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000];

    private static readonly string[] StateAndClass = ["state", "class"];

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly IDisposable _adapter;
    private readonly StoreLook _store;
    private readonly Gauge _isUp;
    private readonly Gauge _jobs;
    private readonly Gauge[] _ofStore;
    private readonly Gauge _peakMemory;

    internal MetricsPage(StoreLook store)
    {
        _store = store;
        _adapter = MeterAdapter.StartListening(new MeterAdapterOptions
        {
            Registry = _registry,
            MetricFactory = Metrics.WithCustomRegistry(_registry),
            InstrumentFilterPredicate = instrument => instrument.Meter.Name == QueueMetrics.MeterName,
            ResolveHistogramBuckets = _ => Buckets,
        });
        DotNetStats.Register(_registry);
        var factory = Metrics.WithCustomRegistry(_registry);
        _isUp = factory.CreateGauge("torchupscaler_store_up", "Whether the store answers.");
        _jobs = factory.CreateGauge("torchupscaler_jobs", "Jobs in the store, by state and class.", StateAndClass);
        _ofStore =
        [
            factory.CreateGauge("torchupscaler_oldest_wait_seconds", "How long the job waiting longest has waited."),
            factory.CreateGauge("torchupscaler_queued_work_seconds", "Estimated work of all waiting jobs."),
            factory.CreateGauge("torchupscaler_workers", "Workers that have been heard of within a lease."),
        ];
        _peakMemory = factory.CreateGauge("torchupscaler_peak_memory_bytes", "The process's peak resident memory.");
    }

    /// <summary>Writes the page. While the store is out, what is in it is left out.</summary>
    internal async Task Write(Stream output, CancellationToken cancellation)
    {
        var (stats, _) = await _store.Ask();
        _isUp.Set(stats is null ? 0 : 1);
        _peakMemory.Set(PeakMemory.Megabytes() * (1 << 20));
        if (stats is null) Withdraw();
        else Show(stats);
        await _registry.CollectAndExportAsTextAsync(output, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _adapter.Dispose();

    private void Show(QueueStats stats)
    {
        foreach (var state in Enum.GetValues<JobState>())
            foreach (var jobClass in Enum.GetValues<JobClass>())
                Jobs(state, jobClass).Set(stats.Of(state, jobClass));
        double[] values = [stats.OldestWait, stats.SecondsQueued, stats.Workers.Count];
        foreach (var (gauge, value) in _ofStore.Zip(values)) gauge.Set(value);
    }

    private void Withdraw()
    {
        foreach (var state in Enum.GetValues<JobState>())
            foreach (var jobClass in Enum.GetValues<JobClass>())
                Jobs(state, jobClass).Unpublish();
        foreach (var gauge in _ofStore) gauge.Unpublish();
    }

    private Gauge.Child Jobs(JobState state, JobClass jobClass) =>
        _jobs.WithLabels(state.ToString().ToLowerInvariant(), jobClass.ToString().ToLowerInvariant());
}
