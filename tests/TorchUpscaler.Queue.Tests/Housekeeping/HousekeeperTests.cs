using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue.Tests.Worker;

namespace TorchUpscaler.Queue.Tests.Housekeeping;

/// <summary>What is done from time to time, without anybody asking.</summary>
public sealed class HousekeeperTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("housekeeper-").FullName;
    private readonly QueueMetrics _metrics = new();
    private readonly LogLines<Housekeeper> _log = new();

    [Fact]
    public async Task Expired_leases_are_taken_back()
    {
        using var holder = Open(new QueueOptions { Lease = TimeSpan.FromSeconds(0.5) });
        using var other = Open(new QueueOptions { Lease = TimeSpan.FromSeconds(0.5) });
        var job = Submit(holder);
        Assert.Equal(job, holder.Claim()!.Id);

        await using var housekeeper = Start(other);

        Waiting.For(Patience, () => other.Find(job) is { State: JobState.Queued, Failures: 1 });
        Waiting.For(Patience, () => Said(LogLevel.Information, "rescue"));
    }

    [Fact]
    public async Task What_waits_long_ages_and_then_expires_and_its_picture_goes()
    {
        using var store = Open(new QueueOptions
        {
            AgeAfter = TimeSpan.FromMilliseconds(300),
            ExpireAfter = TimeSpan.FromSeconds(10),
            KeepPictures = TimeSpan.FromMilliseconds(300),
            KeepRows = TimeSpan.FromHours(1),
        });
        var job = Submit(store);
        var aged = false;

        await using var housekeeper = Start(store);

        Waiting.For(Patience, () =>
        {
            var row = store.Find(job)!;
            aged |= row.EffectiveClass == JobClass.Vip;
            return row is { State: JobState.Expired, InputFile: null };
        });
        Assert.True(aged, "the job expired without having aged");
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "pictures")));
    }

    [Fact]
    public async Task An_outage_of_the_store_is_said_once_and_survived()
    {
        using var store = Open(new QueueOptions { Lease = TimeSpan.FromSeconds(1), AgeAfter = TimeSpan.FromSeconds(1) });
        var (flaky, outage) = FlakyStore.Around(store);
        outage.IsOut = true;

        await using var housekeeper = Start(flaky);
        Waiting.For(Patience, () => outage.Refusals >= 6);
        Assert.Equal("Housekeeping waits for the store: the store is out", Assert.Single(_log.All).Line);
        Assert.Equal(LogLevel.Warning, _log.All.Single().Level);

        outage.IsOut = false;
        Submit(store);
        Assert.NotNull(store.Claim());
        Waiting.For(Patience, () => Said(LogLevel.Information, "rescue"));
    }

    [Fact]
    public async Task A_duty_that_fails_does_not_hold_up_the_others()
    {
        using var store = Open(new QueueOptions { Lease = TimeSpan.FromSeconds(0.5), KeepPictures = TimeSpan.FromSeconds(1), KeepRows = TimeSpan.FromHours(1) });
        Submit(store);
        Assert.NotNull(store.Claim());
        var (flaky, fault) = FlakyStore.Around(store);
        fault.FailsAt = nameof(IJobStore.Clean);

        await using var housekeeper = Start(flaky);

        Waiting.For(Patience, () => _log.All.Any(entry => entry.Level >= LogLevel.Warning && entry.Line.Contains("clean", StringComparison.Ordinal)));
        Waiting.For(Patience, () => Said(LogLevel.Information, "rescue"));
    }

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static long Submit(IJobStore store)
    {
        using var file = new MemoryStream([1, 2, 3]);
        return store.Submit(new NewJob("test", "anna", "photo.jpg"), new CheckedPicture(1000, 1000, ".jpg", "x4plus"), file);
    }

    private bool Said(LogLevel level, string duty) =>
        _log.All.Any(entry => entry.Level == level && entry.Line.Contains(duty, StringComparison.Ordinal));

    private IJobStore Open(QueueOptions options) => JobStores.Open(_folder, "", options);

    private Housekeeper Start(IJobStore store)
    {
        var housekeeper = new Housekeeper(store, _metrics, _log);
        housekeeper.Start();
        return housekeeper;
    }
}
