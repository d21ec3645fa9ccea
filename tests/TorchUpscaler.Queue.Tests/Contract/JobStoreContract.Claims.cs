using System.Collections.Concurrent;
using System.Globalization;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Fact]
    public void Eight_threads_of_two_holders_claim_each_job_once()
    {
        const int jobs = 60;
        var submitted = Enumerable.Range(0, jobs).Select(n => Submit($"person {n % 7}", n % 2 == 0 ? JobClass.Normal : JobClass.Bulk)).ToHashSet();
        var holders = new[] { Store, Open() };
        var claimed = new ConcurrentBag<Job>();
        InParallel(8, n =>
        {
            while (holders[n % 2].Claim() is { } job) claimed.Add(job);
        });
        Assert.Equal(submitted.Order(), claimed.Select(job => job.Id).Order());
        Assert.All(claimed, job => Assert.Equal((job.Attempt, job.LeaseOwner), (1, Get(job.Id).LeaseOwner)));
    }

    [Fact]
    public void Eight_threads_that_hand_in_and_work_side_by_side_lose_nothing()
    {
        const int each = 12;
        var holders = new[] { Store, Open() };
        var finished = new ConcurrentBag<long>();
        InParallel(8, n =>
        {
            var store = holders[n % 2];
            if (n < 4)
            {
                // Two submits of one person at once, among others.
                for (var count = 0; count < each; count++) store.Submit(New($"person {n / 2}"), Picture(), new MemoryStream(Bytes(n, 5000)));
                return;
            }
            while (finished.Count < 4 * each)
            {
                if (store.Claim() is not { } job) continue;
                if (job is { Attempt: 1, Id: var id } && id % 5 == 0)
                {
                    Assert.True(store.HandBack(job.Claim, TimeSpan.Zero));
                    continue;
                }
                Assert.Equal(5000, new FileInfo(store.FetchInput(job)).Length);
                Assert.True(store.Finish(job.Claim, Result(store, job.Claim)));
                finished.Add(job.Id);
            }
        });
        Assert.Equal(4 * each, finished.Distinct().Count());
        Assert.Equal(4 * each, finished.Count);
        Assert.All(Store.List(null, null, 100), job => Assert.Equal(JobState.Upscaled, job.State));
        // Nobody's tags were given twice: one second of cost apart for each person.
        foreach (var tags in Store.List(null, null, 100).GroupBy(job => job.Person).Select(jobs => jobs.Select(job => job.Tag).Order().ToList()))
            Assert.All(tags.Zip(tags.Skip(1)), pair => Assert.True(pair.Second >= pair.First + 1, $"{pair.First} and {pair.Second}"));
    }

    [Fact]
    public void Several_processes_claim_each_job_once()
    {
        var submitted = Enumerable.Range(0, 30).Select(_ => Submit().ToString(CultureInfo.InvariantCulture)).ToList();
        var claimed = new ConcurrentBag<string>();
        InParallel(3, _ =>
        {
            foreach (var line in HostProcess.Run("claim-all", Location, WorkFolder)) claimed.Add(line);
        });
        Assert.Equal(submitted.Order(StringComparer.Ordinal), claimed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Eight_holders_that_open_a_new_queue_at_once_share_it()
    {
        var location = NewLocation();
        var ids = new ConcurrentBag<long>();
        InParallel(8, n =>
        {
            using var store = JobStores.Open(location, WorkFolder, Options, Clock);
            ids.Add(store.Submit(New($"person {n}"), Picture(), new MemoryStream(Bytes(n))));
        });
        Assert.Equal(8, ids.Distinct().Count());
        using var last = JobStores.Open(location, WorkFolder, Options, Clock);
        Assert.Equal(ids.Order(), last.List(JobState.Queued, null, 10).Select(job => job.Id).Order());
    }

    [Fact]
    public void Received_jobs_are_claimed_once_by_their_own_front_end_oldest_first()
    {
        var ids = Enumerable.Range(0, 10).Select(_ => Store.Receive(New())).ToList();
        Assert.Null(Store.ClaimReceived("another"));
        Assert.Equal(ids[0], Store.ClaimReceived(FrontEnd)!.Id);
        var claimed = new ConcurrentBag<long>();
        InParallel(4, _ =>
        {
            while (Store.ClaimReceived(FrontEnd) is { } job) claimed.Add(job.Id);
        });
        Assert.Equal(ids[1..], claimed.Order());
    }

    [Theory]
    [InlineData("received")]
    [InlineData("running")]
    [InlineData("delivery")]
    public void A_void_claim_changes_nothing(string what)
    {
        var id = what == "delivery" ? Upscaled() : what == "running" ? Submit() : Store.Receive(New());
        Job? Claim(IJobStore store) => what switch
        {
            "received" => store.ClaimReceived(FrontEnd),
            "running" => store.Claim(),
            _ => store.ClaimDelivery(FrontEnd),
        };
        var old = Claim(Store)!;
        WaitForRescue(Options.Lease * 3); // nobody renews it
        Clock.Move(TimeSpan.FromHours(1)); // past the back-off
        var other = Open();
        var held = Claim(other)!;
        Assert.Equal((id, old.Attempt + 1), (held.Id, held.Attempt));

        var (row, kept) = (Get(id), PicturesKept());
        // The old claim, the right attempt in the wrong hands, and attempts that never were.
        foreach (var claim in (Claim[])[old.Claim, held.Claim, held.Claim with { Attempt = 99 }, new Claim(id + 1000, 1)])
        {
            Assert.False(Store.Accept(claim, Picture(), new MemoryStream(Bytes(9, 2_500_000))), $"{claim} accepts");
            Assert.False(Store.Renew(claim, 0.7, true), $"{claim} renews");
            Assert.False(Store.Finish(claim, Result(Store, claim, Bytes(9, 2_500_000))), $"{claim} finishes");
            Assert.Equal(FailureOutcome.ClaimLost, Store.Fail(claim, "no", isFinal: true));
            Assert.False(Store.HandBack(claim, TimeSpan.FromHours(1)), $"{claim} hands back");
            Assert.False(Store.Told(claim), $"{claim} has told");
            Assert.Equal(row, Get(id));
            Assert.Equal(kept, PicturesKept());
        }
        Assert.True(other.Renew(held.Claim, 0.2, what != "delivery"));
    }

    [Fact]
    public void A_claim_of_another_kind_is_void_for_what_it_is_not_for()
    {
        Store.Receive(New());
        var received = Store.ClaimReceived(FrontEnd)!;
        Assert.False(Store.Finish(received.Claim, Result(Store, received.Claim)));
        Assert.False(Store.Told(received.Claim));
        Assert.True(Store.Accept(received.Claim, Picture(), new MemoryStream(Bytes(1))));
        var running = Claimed();
        Assert.False(Store.Accept(running.Claim, Picture(), new MemoryStream(Bytes(1))));
        Assert.False(Store.Told(running.Claim));
        Assert.True(Store.Finish(running.Claim, Result(Store, running.Claim)));
        var delivery = Store.ClaimDelivery(FrontEnd)!;
        Assert.False(Store.Accept(delivery.Claim, Picture(), new MemoryStream(Bytes(1))));
        Assert.False(Store.Finish(delivery.Claim, Result(Store, delivery.Claim)));
        Assert.Equal(FailureOutcome.ClaimLost, Store.Fail(delivery.Claim, "no", isFinal: true));
        Assert.True(Store.Told(delivery.Claim));
        Assert.Equal(["1-0-input.jpg", "1-2.png"], PicturesKept().Select(name => name.Replace("1-1-input", "1-0-input", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_renewed_lease_holds_and_one_that_is_not_renewed_ends()
    {
        var id = Submit();
        var job = Claimed();
        Store.RescueExpired(); // the first look of all gives a lease's time
        for (var n = 0; n < 10; n++)
        {
            Assert.Equal(0, WaitForRescue(Options.Lease / 2));
            Assert.True(Store.Renew(job.Claim, n / 10.0, isActive: true));
            Assert.Equal((n / 10.0, Clock.Milliseconds + (long)Options.Lease.TotalMilliseconds), (Get(id).Progress, Get(id).LeaseUntil));
        }
        Assert.Equal(1, WaitForRescue(Options.Lease));
        var rescued = Get(id);
        Assert.Equal((JobState.Queued, 1, null, 0.0), (rescued.State, rescued.Failures, rescued.LeaseOwner, rescued.Progress));
        Assert.False(Store.Renew(job.Claim, 1, isActive: true));
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(-3, 0)]
    [InlineData(7, 1)]
    public void Progress_stays_between_0_and_1(double said, double kept)
    {
        var id = Submit();
        Assert.True(Store.Renew(Claimed().Claim, said, isActive: true));
        Assert.Equal(kept, Get(id).Progress);
    }

    [Fact]
    public void After_an_outage_of_the_store_holders_get_a_leases_time_to_renew()
    {
        Submit();
        var job = Claimed();
        WaitForRescue(Options.Lease / 2);
        Clock.Move(Options.Lease * 10); // nobody could look, and nobody could renew
        Assert.Equal(0, Store.RescueExpired());
        Assert.Equal(0, WaitForRescue(Options.Lease * 0.7));
        Assert.True(Store.Renew(job.Claim, 0.5, isActive: true));
        Assert.Equal(0, WaitForRescue(Options.Lease * 0.7));

        Clock.Move(Options.Lease * 10);
        Assert.Equal(1, WaitForRescue(Options.Lease * 1.5)); // this time nobody renews
    }

    [Fact]
    public void A_clock_that_is_set_back_does_not_stop_the_rescue()
    {
        WaitForRescue(Options.Lease * 2);
        Clock.Move(TimeSpan.FromDays(-1));
        WaitForRescue(Options.Lease * 1.5);
        Submit();
        Claimed();
        Assert.Equal(1, WaitForRescue(Options.Lease * 1.5));
    }

    [Fact]
    public void Only_what_was_worked_on_counts_a_failure_when_its_holder_dies()
    {
        var (active, suspended) = (Submit("anna"), Submit("berta"));
        Assert.Equal(active, Claimed().Id);
        Assert.True(Store.Renew(Claimed().Claim, 0.5, isActive: false));
        WaitForRescue(Options.Lease * 3);
        Assert.Equal((JobState.Queued, 1, "the program broke down while it worked on the picture"), (Get(active).State, Get(active).Failures, Get(active).Error));
        Assert.Equal((JobState.Queued, 0, null), (Get(suspended).State, Get(suspended).Failures, Get(suspended).Error));
        Assert.Equal(0, Get(suspended).NotBefore);
        Assert.True(Get(active).NotBefore > 0); // it has to rest
    }

    [Fact]
    public void At_the_limit_of_attempts_a_crash_fails_the_job_and_its_sender_is_told()
    {
        var id = Submit();
        for (var crash = 1; crash <= Options.Attempts; crash++)
        {
            Assert.Equal(id, Claimed().Id);
            WaitForRescue(Options.Lease * 3);
            Assert.Equal((crash, crash < Options.Attempts ? JobState.Queued : JobState.Failed), (Get(id).Failures, Get(id).State));
            Clock.Move(TimeSpan.FromHours(1));
        }
        Assert.Null(Store.Claim());
        Assert.Equal(id, Store.ClaimDelivery(FrontEnd)!.Id);
    }

    [Fact]
    public void A_picture_that_crashes_its_reader_does_not_come_back_for_ever()
    {
        var id = Store.Receive(New());
        for (var crash = 1; crash <= Options.Attempts; crash++)
        {
            Assert.True(Store.Renew(Store.ClaimReceived(FrontEnd)!.Claim, 0, isActive: true));
            WaitForRescue(Options.Lease * 3);
            Clock.Move(TimeSpan.FromHours(1));
        }
        Assert.Equal(JobState.Failed, Get(id).State);
        Assert.Null(Store.ClaimReceived(FrontEnd));
        Assert.True(Store.Told(Store.ClaimDelivery(FrontEnd)!.Claim));
        Assert.Equal((JobState.Failed, Clock.Milliseconds), (Get(id).State, Get(id).ToldAt));
    }

    [Fact]
    public void Whoever_dies_while_fetching_a_picture_fails_at_nothing()
    {
        var id = Store.Receive(New());
        for (var crash = 0; crash <= Options.Attempts; crash++)
        {
            Assert.Equal((id, false), (Store.ClaimReceived(FrontEnd)!.Id, Get(id).IsActive));
            WaitForRescue(Options.Lease * 3);
        }
        Assert.Equal((JobState.Received, 0), (Get(id).State, Get(id).Failures));
    }

    [Fact]
    public void A_failed_try_is_made_again_later_each_time_after_twice_as_long()
    {
        var id = Submit();
        Assert.Equal(FailureOutcome.WillRetry, Store.Fail(Claimed().Claim, "first", isFinal: false));
        Assert.Equal((JobState.Queued, 1, "first", 0.0), (Get(id).State, Get(id).Failures, Get(id).Error, Get(id).Progress));
        AssertRests(Options.RetryAfter);
        Assert.Equal(FailureOutcome.WillRetry, Store.Fail(Claimed().Claim, "second", isFinal: false));
        AssertRests(Options.RetryAfter * 2);
        Assert.Equal(FailureOutcome.Failed, Store.Fail(Claimed().Claim, "third", isFinal: false));
        Assert.Equal((JobState.Failed, 3, "third", Clock.Milliseconds), (Get(id).State, Get(id).Failures, Get(id).Error, Get(id).EndedAt));
    }

    [Fact]
    public void A_final_failure_is_not_tried_again()
    {
        var id = Store.Receive(New());
        Assert.Equal(FailureOutcome.Failed, Store.Fail(Store.ClaimReceived(FrontEnd)!.Claim, "not a picture", isFinal: true));
        var told = Store.ClaimDelivery(FrontEnd)!;
        Assert.Equal((id, "not a picture", null), (told.Id, told.Error, Store.FetchResult(told)));
    }

    [Fact]
    public void Trouble_in_fetching_does_not_count_against_the_work()
    {
        var id = Store.Receive(New());
        for (var n = 0; n < 2; n++)
        {
            Assert.Equal(FailureOutcome.WillRetry, Store.Fail(Store.ClaimReceived(FrontEnd)!.Claim, "no network", isFinal: false));
            Assert.Null(Store.ClaimReceived(FrontEnd));
            Clock.Move(TimeSpan.FromHours(1));
        }
        Assert.True(Store.Accept(Store.ClaimReceived(FrontEnd)!.Claim, Picture(), new MemoryStream(Bytes(1))));
        Assert.Equal((0, null), (Get(id).Failures, Get(id).Error));
    }

    [Fact]
    public void Handing_back_is_free_and_lets_the_job_rest()
    {
        var id = Submit();
        for (var n = 0; n < 10; n++)
        {
            Assert.True(Store.HandBack(Claimed().Claim, TimeSpan.FromSeconds(7)));
            Assert.Equal((JobState.Queued, 0), (Get(id).State, Get(id).Failures));
            AssertRests(TimeSpan.FromSeconds(7));
        }
        Assert.Equal(10, Get(id).Attempt);
    }

    [Fact]
    public void A_dead_process_of_this_machine_gives_its_leases_back_at_once()
    {
        var (running, suspended, told) = (Submit("anna"), Submit("berta"), InState("failed"));
        var (isChecked, fetched) = (Store.Receive(New()), Store.Receive(New()));
        using var host = HostProcess.Start("hold", Location, WorkFolder, "running", "suspended", "checked", "received", "delivery");
        Assert.Equal([$"{running} 1", $"{suspended} 1", $"{isChecked} 1", $"{fetched} 1", $"{told} 2", "ready"], Enumerable.Range(0, 6).Select(_ => host.ReadLine()));
        Assert.Equal(0, Store.RescueDead()); // it lives
        Assert.NotNull(Get(running).LeaseOwner);

        host.Kill();
        var rescuers = new[] { Store, Open() };
        var rescued = 0;
        InParallel(2, n => Interlocked.Add(ref rescued, rescuers[n].RescueDead()));
        rescued += Store.RescueDead(); // two at once may each have taken the other's look for the holder's life
        Assert.Equal(5, rescued);
        Assert.Equal((JobState.Queued, 1), (Get(running).State, Get(running).Failures));
        Assert.Equal((JobState.Queued, 0), (Get(suspended).State, Get(suspended).Failures));
        Assert.Equal((JobState.Received, 1), (Get(isChecked).State, Get(isChecked).Failures));
        Assert.Equal((JobState.Received, 0), (Get(fetched).State, Get(fetched).Failures));
        Assert.Equal((JobState.Failed, null), (Get(told).State, Get(told).LeaseOwner));
        Assert.Equal(0, Store.RescueDead());
        Assert.Equal(suspended, Claimed().Id);
    }

    [Fact]
    public void Two_that_look_for_expired_leases_count_each_crash_once()
    {
        WaitForRescue(Options.Lease * 2); // the first looks of all are over
        for (var n = 0; n < 20; n++) Submit();
        Assert.Equal(20, ClaimAll().Count);
        Clock.Move(Options.Lease / 2);
        Assert.Equal(0, Store.RescueExpired());
        Clock.Move(Options.Lease / 2);
        var rescuers = new[] { Store, Open() };
        var rescued = 0;
        InParallel(4, n => Interlocked.Add(ref rescued, rescuers[n % 2].RescueExpired()));
        Assert.Equal(20, rescued);
        Assert.All(Store.List(null, null, 100), job => Assert.Equal((JobState.Queued, 1), (job.State, job.Failures)));
    }

    private void AssertRests(TimeSpan time)
    {
        Clock.Move(time - TimeSpan.FromMilliseconds(1));
        Assert.Null(Store.Claim());
        Clock.Move(TimeSpan.FromMilliseconds(1));
    }

    private static void InParallel(int threads, Action<int> action)
    {
        var failures = new ConcurrentBag<Exception>();
        var all = Enumerable.Range(0, threads).Select(n => new Thread(() =>
        {
            if (Record.Exception(() => action(n)) is { } failure) failures.Add(failure);
        })).ToList();
        all.ForEach(thread => thread.Start());
        all.ForEach(thread => thread.Join());
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
    }
}
