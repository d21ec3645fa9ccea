using System.Diagnostics;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void Whoever_waits_is_woken_by_what_another_holder_hands_in()
    {
        var (worker, frontEnd) = (Store, Open());
        AssertWakes(worker, () => frontEnd.Submit(New(), Picture(), new MemoryStream(Bytes(1))));
        AssertWakes(worker, () => frontEnd.Receive(New()));
        AssertWakes(frontEnd, () => Assert.True(worker.Finish(Claimed().Claim, Result(Store, new Claim(1, 1)))));
        AssertWakes(frontEnd, () => Assert.True(worker.Cancel(2, tellSender: true)));
    }

    [Fact]
    public void What_came_after_the_look_and_before_the_waiting_is_not_missed()
    {
        var seen = Quiet(Store);
        Open().Submit(New(), Picture(), new MemoryStream(Bytes(1)));
        AssertChanges(Store, seen);
    }

    [Fact]
    public async Task Waiting_ends_with_its_time_and_when_it_is_cancelled()
    {
        Stopwatch waited;
        long seen = 0, last;
        do // a change may still be told that was made before
        {
            last = seen;
            waited = Stopwatch.StartNew();
            seen = Store.WaitForChange(seen, TimeSpan.FromMilliseconds(300), CancellationToken.None);
        }
        while (seen != last);
        Assert.True(waited.Elapsed >= TimeSpan.FromMilliseconds(250), $"{waited.Elapsed}");

        using var cancelled = new CancellationTokenSource();
        var waiting = Task.Run(() => Store.WaitForChange(seen, Long, cancelled.Token));
        await cancelled.CancelAsync();
        await waiting.WaitAsync(Long / 2);
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_store_can_be_closed_while_somebody_waits()
    {
        var store = Open();
        var seen = Quiet(store);
        var waiting = Task.Run(() => store.WaitForChange(seen, Long, CancellationToken.None));
        store.Dispose();
        await waiting.WaitAsync(Long / 2);
        Assert.True(waiting.IsCompletedSuccessfully);
    }

    // Until nothing new is told: what was opened and handed in before has been heard.
    private static long Quiet(IJobStore store)
    {
        var seen = store.WaitForChange(0, Long, CancellationToken.None);
        while (seen != (seen = store.WaitForChange(seen, TimeSpan.FromMilliseconds(400), CancellationToken.None)))
        {
        }
        return seen;
    }

    private static void AssertWakes(IJobStore waiter, Action change)
    {
        var seen = Quiet(waiter);
        InParallel(2, n =>
        {
            if (n == 0) AssertChanges(waiter, seen);
            else change();
        });
    }

    // Returning for another reason, such as to look again, is no change.
    private static void AssertChanges(IJobStore store, long seen)
    {
        var waited = Stopwatch.StartNew();
        while (store.WaitForChange(seen, Long, CancellationToken.None) == seen) Assert.True(waited.Elapsed < Long, "nobody was woken");
    }
}
