using System.Collections.Concurrent;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Fact]
    public void Eight_threads_that_do_everything_at_once_break_nothing() => Hammer(operations: 40);

    [Fact]
    [Trait("Length", "Long")]
    public void Eight_threads_that_do_everything_at_once_for_long_break_nothing() => Hammer(operations: 1500);

    /// <summary>Fails where transactions have waited in a circle; they are tried again, so nobody else would notice.</summary>
    private protected virtual void AssertNoDeadlocks()
    {
    }

    private void Hammer(int operations)
    {
        var options = Options with { AgeAfter = TimeSpan.FromMilliseconds(300), ExpireAfter = TimeSpan.FromSeconds(2), Lease = TimeSpan.FromSeconds(1), RetryAfter = TimeSpan.Zero };
        var stores = new[] { Open(options), Open(options), Open(options) };
        var (jobs, told) = (new ConcurrentBag<long>(), new ConcurrentBag<long>());
        InParallel(8, thread =>
        {
            var random = new Random(thread);
            for (var n = 0; n < operations; n++) DoAnything(stores[random.Next(stores.Length)], random, jobs, told);
        });
        AssertNoDeadlocks();

        // All that came is there, and goes its way to the end.
        Assert.Equal(jobs.Order(), Store.List(null, null, 10_000).Select(job => job.Id).Order());
        Assert.Equal(told.Count, told.Distinct().Count());
        Clock.Move(TimeSpan.FromHours(1));
        WaitForRescue(Options.Lease * 3);
        Clock.Move(TimeSpan.FromHours(1));
        while (Store.ClaimReceived(FrontEnd) is { } received) Assert.True(Store.Accept(received.Claim, Picture(), new MemoryStream(Bytes(1))));
        while (Store.Claim() is { } job) Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim)));
        while (Store.ClaimDelivery(FrontEnd) is { } delivery) Assert.True(Store.Told(delivery.Claim));
        Assert.All(Store.List(null, null, 10_000), job => Assert.True(job is { ToldAt: not null, LeaseOwner: null }, $"{job}"));
        Clock.Move(Options.KeepRows);
        Store.Clean();
        Assert.Empty(Store.List(null, null, 10));
        Assert.Empty(PicturesKept());
    }

    private void DoAnything(IJobStore store, Random random, ConcurrentBag<long> jobs, ConcurrentBag<long> told)
    {
        var job = New(People[random.Next(3)], (JobClass)random.Next(4));
        var any = jobs.TryPeek(out var last) ? random.NextInt64(Math.Max(1, last - 20), last + 1) : 1;
        Clock.Move(TimeSpan.FromMilliseconds(random.Next(20)));
        switch (random.Next(16))
        {
            case 0 or 1 or 2:
                jobs.Add(store.Submit(job, Picture(random.Next(1, 5)), new MemoryStream(Bytes(1))));
                break;
            case 3:
                jobs.Add(store.Receive(job));
                break;
            case 4 when store.ClaimReceived(FrontEnd) is { } received:
                if (random.Next(4) == 0) store.Fail(received.Claim, "why", isFinal: false);
                else store.Accept(received.Claim, Picture(), new MemoryStream(Bytes(1)));
                break;
            case 5 or 6 or 7 when store.Claim() is { } run:
                store.Renew(run.Claim, 0.5, isActive: true);
                if (store.ClaimBefore(run.EffectiveClass, run.Person, 2) is { } other) store.Finish(other.Claim, Result(store, other.Claim));
                if (random.Next(3) == 0) store.HandBack(run.Claim, TimeSpan.Zero);
                else if (random.Next(3) == 0) store.Fail(run.Claim, "why", isFinal: false);
                else if (random.Next(3) > 0) store.Finish(run.Claim, Result(store, run.Claim, seconds: 1));
                break; // or it is forgotten, and rescued
            case 8:
                store.Cancel(any, tellSender: true);
                break;
            case 9:
                store.Retry(any);
                break;
            case 10 when store.ClaimDelivery(FrontEnd) is { } delivery:
                if (random.Next(3) > 0 && store.Told(delivery.Claim) && delivery.State == JobState.Upscaled) told.Add(delivery.Id);
                break;
            case 11:
                store.Age();
                break;
            case 12:
                store.Expire();
                break;
            case 13:
                store.RescueExpired();
                break;
            case 14:
                store.Clean();
                break;
            case 15:
                store.SetWeight(job.Person, 1 + random.Next(3));
                store.Place(any);
                store.Stats();
                break;
        }
    }
}
