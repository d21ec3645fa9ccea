using System.Diagnostics.Metrics;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Life;

/// <summary>What the bot measures of its work, as instruments of the queue's meter.</summary>
public sealed class BotMetrics : IDisposable
{
    private readonly Meter _meter = new(QueueMetrics.MeterName);
    private readonly Counter<long> _updates;
    private readonly Counter<long> _fetched;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _repeated;
    private readonly Counter<long> _duplicates;
    private readonly Histogram<double> _answered;
    private long _duplicateCount;

    /// <summary>Creates the instruments.</summary>
    public BotMetrics()
    {
        _updates = _meter.CreateCounter<long>("bot_updates_total", description: "Updates from Telegram, by how they ended.");
        _fetched = _meter.CreateCounter<long>("bot_fetched_total", description: "Pictures fetched from Telegram, by how that ended.");
        _delivered = _meter.CreateCounter<long>("bot_delivered_total", description: "Ends of photos that people were told of, by outcome.");
        _repeated = _meter.CreateCounter<long>("bot_repeated_total", description: "Photos answered from Telegram's own file.");
        _duplicates = _meter.CreateCounter<long>("bot_possible_duplicates_total", description: "Results sent again because nobody knows whether Telegram took them before.");
        _answered = _meter.CreateHistogram<double>("bot_answer_seconds", "s", "Time between a photo's arrival and its result's.");
    }

    /// <summary>Results that were sent again because nobody knows whether Telegram took them before.</summary>
    public long Duplicates => Volatile.Read(ref _duplicateCount);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Handled(string outcome) => _updates.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Fetched(string outcome) => _fetched.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    internal void Delivered(string outcome, double? seconds)
    {
        _delivered.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        if (seconds is { } time) _answered.Record(time);
    }

    internal void Repeated(int count) => _repeated.Add(count);

    internal void MayBeTwice(int count)
    {
        if (count <= 0) return;
        _duplicates.Add(count);
        Interlocked.Add(ref _duplicateCount, count);
    }
}
