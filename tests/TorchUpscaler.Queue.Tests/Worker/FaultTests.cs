using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>What goes wrong while a worker works: a job's fault is its own, an outage is nobody's.</summary>
public class FaultTests
{
    [Fact]
    public void An_engine_that_fails_gets_half_of_the_memory_then_its_fallback_then_the_job_fails_and_the_queue_goes_on()
    {
        using var simulation = new Simulation(new QueueOptions { RetryAfter = TimeSpan.Zero }, new WorkerOptions { MemoryBytes = 1000 });
        simulation.OpenFallback = () => new FakeEngine(simulation.Work, "fallback");
        var bad = simulation.Submit("anna", 2, name: "bad");
        var good = simulation.Submit("ben", 2, name: "good");
        simulation.Work.BeforeStep = name =>
        {
            if (name == "bad") throw new InvalidOperationException("the engine has no idea");
        };
        simulation.Run();

        Assert.Equal([("bad", 750, "first"), ("bad", 500, "first"), ("bad", 500, "fallback")], simulation.Work.Starts.Where(start => start.Name == "bad"));
        var failed = simulation.Job(bad);
        Assert.Equal((JobState.Failed, 3, "the picture could not be computed"), (failed.State, failed.Failures, failed.Error));
        Assert.Equal((JobState.Upscaled, 0), (simulation.Job(good).State, simulation.Job(good).Failures));
        Assert.Equal(bad, simulation.Store.ClaimDelivery(Simulation.FrontEnd)!.Id); // its sender is told
    }

    [Fact]
    public void A_job_whose_fallback_does_it_is_done()
    {
        using var simulation = new Simulation(new QueueOptions { RetryAfter = TimeSpan.Zero });
        simulation.OpenEngine = () => new FailingEngine();
        simulation.OpenFallback = () => new FakeEngine(simulation.Work, "fallback");
        var job = simulation.Submit("anna", 2);
        simulation.Run();
        Assert.Equal((JobState.Upscaled, 2, 3), (simulation.Job(job).State, simulation.Job(job).Failures, simulation.Job(job).Attempt));
    }

    [Fact]
    public void A_picture_that_is_none_fails_at_once_and_its_sender_reads_its_own_name()
    {
        using var simulation = new Simulation();
        using var file = new MemoryStream("nonsense"u8.ToArray());
        var job = simulation.Store.Submit(new NewJob(Simulation.FrontEnd, "anna", "holiday.jpg"), new CheckedPicture(10, 10, ".txt", "x4plus"), file);
        var good = simulation.Submit("ben", 1);
        simulation.Run();

        Assert.Equal((JobState.Failed, "holiday.jpg is no picture; send another file"), (simulation.Job(job).State, simulation.Job(job).Error));
        Assert.Equal(JobState.Upscaled, simulation.Job(good).State);
    }

    [Theory]
    [InlineData("nonsense", "the model nonsense cannot be used here; choose another one")]
    [InlineData("../../secret", "the model ../../secret cannot be used here; choose another one")]
    public void A_model_that_is_not_there_fails_its_job_without_a_word_of_the_machine(string model, string sentence)
    {
        using var simulation = new Simulation();
        using var file = new MemoryStream(FakeCodec.File(10, 10, "a"));
        var job = simulation.Store.Submit(
            new NewJob(Simulation.FrontEnd, "anna", "a.jpg") { Model = model }, new CheckedPicture(10, 10, ".txt", "x4plus"), file);
        simulation.Run();
        Assert.Equal((JobState.Failed, sentence), (simulation.Job(job).State, simulation.Job(job).Error));
    }

    [Fact]
    public void A_picture_that_is_too_large_or_needs_too_much_memory_fails_with_advice()
    {
        using var simulation = new Simulation(workerOptions: new WorkerOptions { MemoryBytes = 5_000_000, MaxInputPixels = 6000 }, bytesPerPixel: 1000);
        var large = simulation.Submit("anna", 61);
        var hungry = simulation.Submit("ben", 51);
        simulation.Run();
        Assert.Contains("megapixels, and the limit here is 0.006; send a smaller picture", simulation.Job(large).Error, StringComparison.Ordinal);
        Assert.Contains("of memory, more than the worker may use; send a smaller one", simulation.Job(hungry).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, JobState.Upscaled, 2)]
    [InlineData(int.MaxValue, JobState.Failed, 2)]
    public void What_comes_not_to_fit_in_the_middle_begins_once_more_with_all_of_the_memory(int times, JobState state, int attempts)
    {
        using var simulation = new Simulation(workerOptions: new WorkerOptions { MemoryBytes = 1000 });
        var before = simulation.Work.BeforeStep;
        var job = simulation.Submit("ben", 4, name: "clear");
        simulation.Work.BeforeStep = name =>
        {
            before(name);
            if (name == "clear" && simulation.Work.Now >= 1 && times-- > 0) throw new DoesNotFitException(2000, 1000);
        };
        simulation.Run();

        var row = simulation.Job(job);
        Assert.Equal((state, attempts), (row.State, row.Attempt));
        Assert.Equal([("clear", 750, "first"), ("clear", 1000, "first")], simulation.Work.Starts);
        if (state == JobState.Failed) Assert.Contains("of memory, more than the worker may use; send a smaller one", row.Error, StringComparison.Ordinal);
        else Assert.Equal(0, row.Failures);
        Assert.Contains("-x4plus", simulation.Work.Models); // what was loaded has made room
    }

    [Fact]
    public void What_comes_not_to_fit_beside_a_suspended_run_takes_its_place_and_nobody_is_charged()
    {
        using var simulation = new Simulation();
        var before = simulation.Work.BeforeStep;
        var hasThrown = false;
        simulation.Submit("anna", 80, name: "giant");
        simulation.At(10, () => simulation.Submit("ben", 4, name: "clear"));
        simulation.Work.BeforeStep = name =>
        {
            before(name);
            if (name != "clear" || hasThrown) return;
            hasThrown = true;
            throw new DoesNotFitException(2000, 1000);
        };
        simulation.Run();

        Assert.Equal(["giant", "clear", "giant"], simulation.Order());
        Assert.All(simulation.Jobs(), job => Assert.Equal((JobState.Upscaled, 0, 2), (job.State, job.Failures, job.Attempt)));
        Assert.Equal(2, simulation.Jobs().Count);
        Assert.Equal(0, simulation.Work.BytesHeld);
    }

    [Fact]
    public void A_stored_picture_that_is_gone_fails_its_job_alone()
    {
        using var simulation = new Simulation();
        var gone = simulation.Submit("anna", 2);
        var good = simulation.Submit("ben", 2);
        File.Delete(simulation.Store.FetchInput(simulation.Job(gone)));
        simulation.Run();
        Assert.Equal((JobState.Failed, "the stored picture is gone; send it again"), (simulation.Job(gone).State, simulation.Job(gone).Error));
        Assert.Equal(JobState.Upscaled, simulation.Job(good).State);
    }

    [Fact]
    public void A_cancelled_job_stops_within_a_renewal_and_leaves_nothing()
    {
        using var simulation = new Simulation();
        var job = simulation.Submit("anna", 100, name: "cancelled");
        var next = simulation.Submit("anna", 2, name: "next");
        simulation.At(10, () => simulation.Store.Cancel(job, tellSender: false));
        simulation.Run();

        Assert.Equal((JobState.Cancelled, null), (simulation.Job(job).State, simulation.Job(job).ResultFile));
        Assert.Equal(JobState.Upscaled, simulation.Job(next).State);
        Assert.InRange(simulation.Work.Steps.First(step => step.Name == "next").At, 10, 12);
    }

    [Theory]
    [InlineData(2, 6)]    // in the middle of the run, shorter than a lease
    [InlineData(2, 200)]  // much longer than a lease
    [InlineData(9, 14)]   // while the result is to be stored
    public void While_the_store_is_out_work_goes_on_and_nobody_is_charged(double from, double to)
    {
        using var simulation = new Simulation(new QueueOptions { Lease = TimeSpan.FromSeconds(30) });
        var job = simulation.Submit("anna", 10);
        var next = simulation.Submit("ben", 300);
        var (store, flaky) = FlakyStore.Around(simulation.Store);
        simulation.Store = store;
        simulation.At(from, () => flaky.IsOut = true);
        simulation.At(to, () => flaky.IsOut = false);
        // Others look for expired leases all the time, but for the outage.
        for (var at = 1; at < 400; at += 5)
        {
            simulation.At(at, () =>
            {
                if (!flaky.IsOut) simulation.Direct.RescueExpired();
            });
        }
        simulation.PassesWhenIdle = true;
        simulation.Run();

        Assert.Equal((JobState.Upscaled, 0, 1), (simulation.Job(job).State, simulation.Job(job).Failures, simulation.Job(job).Attempt));
        Assert.Equal((JobState.Upscaled, 0), (simulation.Job(next).State, simulation.Job(next).Failures));
    }

    [Fact]
    public void An_answer_that_is_lost_after_the_result_was_stored_changes_nothing()
    {
        using var simulation = new Simulation();
        var job = simulation.Submit("anna", 2);
        var (store, flaky) = FlakyStore.Around(simulation.Store);
        simulation.Store = store;
        flaky.LosesAnswerOf = nameof(IJobStore.Finish);
        simulation.Run();

        var done = simulation.Job(job);
        Assert.Equal((JobState.Upscaled, 1), (done.State, done.Attempt));
        Assert.True(File.Exists(simulation.Store.FetchResult(done)));
    }

    [Theory]
    [InlineData(nameof(IJobStore.Claim))]
    [InlineData(nameof(IJobStore.ClaimBefore))]
    [InlineData(nameof(IJobStore.FetchInput))]
    public void A_claim_whose_answer_is_lost_goes_back_uncharged(string member)
    {
        using var simulation = new Simulation(new QueueOptions { Lease = TimeSpan.FromSeconds(30) });
        var (store, flaky) = FlakyStore.Around(simulation.Store);
        simulation.Store = store;
        var jobs = new List<long> { simulation.Submit("anna", 60) };
        simulation.At(5, () =>
        {
            flaky.LosesAnswerOf = member;
            jobs.Add(simulation.Submit("ben", 2, JobClass.Vip));
        });
        if (member == nameof(IJobStore.Claim)) flaky.LosesAnswerOf = member;
        for (var at = 1; at < 200; at += 5) simulation.At(at, () => simulation.Direct.RescueExpired());
        simulation.PassesWhenIdle = true;
        simulation.Run();

        Assert.Null(flaky.LosesAnswerOf);
        Assert.Equal(2, jobs.Count);
        Assert.All(jobs, job => Assert.Equal((JobState.Upscaled, 0), (simulation.Job(job).State, simulation.Job(job).Failures)));
        Assert.InRange(simulation.Work.Steps.Max(step => step.At), 0, 90); // nobody waited for a lease to run out
    }

    [Fact]
    public void A_worker_that_loses_its_model_fails_no_job_and_goes_on_when_it_is_back()
    {
        using var simulation = new Simulation(workerOptions: new WorkerOptions { RetryEngineAfter = TimeSpan.FromMilliseconds(200) });
        var jobs = Enumerable.Range(0, 3).Select(i => simulation.Submit($"person{i}", 10)).ToList();
        var model = Path.Combine(simulation.Folder, "x4plus.safetensors");
        simulation.At(5, () => File.Move(model, model + ".away"));
        using var back = new Timer(_ => File.Move(model + ".away", model), null, 2000, Timeout.Infinite);
        simulation.PassesWhenIdle = true;
        simulation.Run();
        Assert.All(jobs, job => Assert.Equal((JobState.Upscaled, 0), (simulation.Job(job).State, simulation.Job(job).Failures)));
    }

    [Fact]
    public void A_full_disk_is_no_failure_of_the_job()
    {
        using var simulation = new Simulation { PassesWhenIdle = true };
        var job = simulation.Submit("anna", 2);
        var isFull = true;
        simulation.Codec.BeforeComplete = () =>
        {
            if (isFull) throw new IOException("the disk is full; free some space");
        };
        var other = simulation.Submit("ben", 40, JobClass.Bulk);
        simulation.At(20, () => isFull = false);
        simulation.Run();
        Assert.Equal((JobState.Upscaled, 0, 2), (simulation.Job(job).State, simulation.Job(job).Failures, simulation.Job(job).Attempt));
        Assert.Equal(0, simulation.Job(other).Failures);
    }

    [Theory]
    [InlineData(100, JobState.Queued)] // far from done: handed back
    [InlineData(13, JobState.Upscaled)] // nearly done: finished
    public void A_worker_that_is_stopped_finishes_what_is_nearly_done_and_hands_the_rest_back(double seconds, JobState left)
    {
        using var simulation = new Simulation();
        var job = simulation.Submit("anna", seconds);
        simulation.At(10, simulation.Stop);
        simulation.Run();

        var row = simulation.Job(job);
        Assert.Equal((left, 0, (string?)null), (row.State, row.Failures, row.LeaseOwner));
    }

    [Fact]
    public void A_worker_that_is_told_to_stop_and_ended_in_the_middle_of_a_call_has_not_crashed()
    {
        using var simulation = new Simulation();
        var job = simulation.Submit("anna", 100);
        var (before, after) = (false, true);
        simulation.At(10, () =>
        {
            before = simulation.Job(job).IsActive;
            simulation.Stop(); // the call that is under way goes on
            after = simulation.Job(job).IsActive;
        });
        simulation.Run();
        Assert.True(before);
        Assert.False(after);
    }

    [Fact]
    public void A_worker_whose_job_was_given_to_another_drops_it_and_changes_nothing()
    {
        using var simulation = new Simulation(new QueueOptions { Lease = TimeSpan.FromSeconds(30) });
        var job = simulation.Submit("anna", 20);
        Job? taken = null;
        // As if the process had been frozen: its clock jumps, and another worker rescues and claims before it can renew.
        var (store, flaky) = FlakyStore.Around(simulation.Store);
        var other = simulation.Store;
        simulation.Store = store;
        simulation.At(5, () =>
        {
            other.RescueExpired();
            flaky.IsOut = true;
            simulation.Clock.Advance(TimeSpan.FromSeconds(29));
            other.RescueExpired();
            simulation.Clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, other.RescueExpired());
            simulation.Clock.Advance(TimeSpan.FromSeconds(60));
            taken = other.Claim();
            flaky.IsOut = false;
        });
        simulation.At(100, simulation.Stop);
        simulation.PassesWhenIdle = true;
        simulation.Run();

        var row = simulation.Job(job);
        Assert.Equal((JobState.Running, 2, 1), (row.State, row.Attempt, row.Failures));
        Assert.Equal(taken!.Claim, row.Claim);
    }

    private sealed class FailingEngine : IUpscaleEngine
    {
        public ILoadedModel Load(ModelFile model) => new Loaded(model.Network);

        public void Dispose()
        {
            // Nothing is held.
        }

        private sealed class Loaded(NetworkShape network) : ILoadedModel
        {
            public NetworkShape Network => network;

            public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output) => throw new InvalidOperationException("no card");

            public void Dispose()
            {
                // Nothing is held.
            }
        }
    }
}
