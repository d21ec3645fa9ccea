using System.Collections.Concurrent;

namespace TorchUpscaler.Queue.Tests;

/// <summary>A server that is killed, and comes back: nothing is lost, and the same store goes on.</summary>
[Collection(Collection)]
public sealed class PostgresOutageTests : IDisposable
{
    /// <summary>Those that kill the server do so one after the other.</summary>
    internal const string Collection = "The server that is killed";

    private static readonly QueueOptions Options = new();
    private readonly PostgresCluster _cluster = PostgresCluster.ToBeKilled;
    private readonly string _location = PostgresCluster.ToBeKilled.NewSchema() + "&connect_timeout=5";
    private readonly string _here = Directory.CreateTempSubdirectory("queue-").FullName;

    [Fact]
    public void A_server_that_was_killed_and_is_back_is_not_noticed_between_calls()
    {
        using var store = Open();
        var seen = store.WaitForChange(0, TimeSpan.FromSeconds(1), CancellationToken.None);
        var id = Submit(store);
        var job = store.Claim()!;
        _cluster.Kill();

        // While it is away, every call says so, and none hangs or breaks in another way.
        var error = Assert.Throws<StoreUnavailableException>(() => Submit(store));
        Assert.Contains("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresCluster.Password, error.ToString(), StringComparison.Ordinal);
        var result = Path.Combine(store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(result, [4, 5, 6]);
        var finished = new FinishedPicture(result, 1, 1, "x", null, 1);
        foreach (var call in (Action[])
        [
            () => store.Find(id), () => store.Stats(), () => store.Claim(), () => store.Renew(job.Claim, 0.5, true), () => store.Finish(job.Claim, finished),
            () => store.FetchInput(job), () => store.RescueExpired(), () => store.RescueDead(), () => store.Clean(), () => store.ClaimDelivery("test"),
        ])
            Assert.Throws<StoreUnavailableException>(call);
        seen = NextChange(store, seen); // whoever waits looks, and hears of it

        _cluster.Start();
        Assert.True(store.Renew(job.Claim, 0.5, isActive: true));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(store.FetchInput(job)));
        Assert.True(store.Finish(job.Claim, finished));
        Assert.Equal([4, 5, 6], File.ReadAllBytes(store.FetchResult(store.ClaimDelivery(id)!)!));

        // And the other way: back before anybody has noticed.
        _cluster.Kill();
        _cluster.Start();
        Assert.Equal(JobState.Upscaled, store.Find(id)!.State);
        Submit(store);
        Assert.NotNull(store.Claim());
        using (var opened = Open())
        {
            seen = WaitUntilQuiet(store);
            Submit(opened);
            NextChange(store, seen); // it listens again
        }
    }

    [Fact]
    public void A_server_that_is_killed_during_calls_loses_nothing_that_was_accepted() => KillDuringCalls(times: 1);

    [Fact]
    [Trait("Length", "Long")]
    public void A_server_that_is_killed_again_and_again_loses_nothing_that_was_accepted() => KillDuringCalls(times: 8);

    public void Dispose() => Directory.Delete(_here, recursive: true);

    private void KillDuringCalls(int times)
    {
        using var store = Open();
        var (accepted, finished, surprises, ends) = (new ConcurrentBag<long>(), new ConcurrentBag<long>(), new ConcurrentBag<Exception>(), new CancellationTokenSource());
        var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            while (!ends.IsCancellationRequested)
            {
                try
                {
                    if (n < 2) accepted.Add(store.Submit(new NewJob("test", $"person {n}", "x"), new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream(new byte[1_500_000])));
                    else if (store.Claim() is { } job) Work(store, job, finished);
                }
                catch (StoreUnavailableException)
                {
                    Thread.Sleep(20);
                }
                catch (Exception error)
                {
                    surprises.Add(error);
                    return;
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        for (var kill = 0; kill < times; kill++)
        {
            for (var wait = 0; wait < 2000 && accepted.Count < 4 * (kill + 1) && surprises.IsEmpty; wait++) Thread.Sleep(10);
            _cluster.Kill();
            _cluster.Start();
        }
        ends.Cancel();
        threads.ForEach(thread => thread.Join());
        Assert.Empty(surprises);
        Assert.True(accepted.Count >= 4 * times, $"{accepted.Count} accepted");

        foreach (var id in accepted)
        {
            var job = store.Find(id);
            Assert.True(job is { State: JobState.Queued or JobState.Running or JobState.Upscaled, Failures: 0 }, $"{id}: {job}");
            Assert.Equal(1_500_000, new FileInfo(store.FetchInput(job)).Length);
        }
        Assert.All(finished, id => Assert.Equal(JobState.Upscaled, store.Find(id)!.State));
        Assert.Equal(finished.Count, finished.Distinct().Count());
    }

    private IJobStore Open() => JobStores.Open(_location, _here, Options);

    private static long Submit(IJobStore store) =>
        store.Submit(new NewJob("test", "anna", "x"), new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([1, 2, 3]));

    // The calls that a worker makes, each again until the store answers.
    private static void Work(IJobStore store, Job job, ConcurrentBag<long> finished)
    {
        var result = Path.Combine(store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(result, new byte[1_500_000]);
        for (var n = 0; n < 1000; n++)
        {
            try
            {
                Assert.Equal(1_500_000, new FileInfo(store.FetchInput(job)).Length);
                Assert.True(store.Finish(job.Claim, new FinishedPicture(result, 1, 1, "x", null, 1)));
                finished.Add(job.Id);
                return;
            }
            catch (StoreUnavailableException)
            {
                Thread.Sleep(20);
            }
        }
        throw new TimeoutException($"the store does not come back for {job.Id}");
    }

    private static long NextChange(IJobStore store, long seen)
    {
        for (var tries = 0; tries < 10; tries++)
        {
            var now = store.WaitForChange(seen, TimeSpan.FromMinutes(1), CancellationToken.None);
            if (now != seen) return now;
        }
        throw new TimeoutException("nobody was woken");
    }

    private static long WaitUntilQuiet(IJobStore store)
    {
        var seen = 0L;
        while (seen != (seen = store.WaitForChange(seen, TimeSpan.FromSeconds(1.5), CancellationToken.None)))
        {
        }
        return seen;
    }
}
