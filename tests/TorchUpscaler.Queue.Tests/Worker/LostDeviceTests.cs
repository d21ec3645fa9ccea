using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>A device that this process can use no more ends the worker; a new process goes on, and only what was on the device is charged.</summary>
public class LostDeviceTests
{
    private static readonly QueueOptions s_atOnce = new() { RetryAfter = TimeSpan.Zero };

    [Fact]
    public void The_run_that_was_stepped_is_charged_the_others_are_handed_back_and_the_worker_ends()
    {
        using var simulation = new Simulation(s_atOnce);
        var events = simulation.Work.BeforeStep;
        var giant = simulation.Submit("anna", 80, name: "giant");
        var last = simulation.Submit("anna", 90, name: "last");
        long poison = 0;
        simulation.At(10, () => poison = simulation.Submit("ben", 4, name: "poison"));
        simulation.Work.BeforeStep = name =>
        {
            events(name);
            if (name == "poison" && simulation.Work.Now >= 12) throw Loss();
        };
        simulation.Run();

        Assert.Equal("cuda:0 is lost", simulation.Lost?.Message);
        Assert.Equal((JobState.Queued, 1, (string?)null), Ended(simulation.Job(poison)));
        Assert.Equal((JobState.Queued, 0, (string?)null), Ended(simulation.Job(giant)));
        Assert.Equal(1, simulation.Job(giant).Attempt); // it had begun
        Assert.Equal((0, 0), (simulation.Job(last).Failures, simulation.Job(last).Attempt));
        Assert.Equal(0, simulation.Work.BytesHeld);

        simulation.Work.BeforeStep = events; // a new process, whose device works
        simulation.Run();
        Assert.Null(simulation.Lost);
        Assert.All(simulation.Jobs(), job => Assert.Equal((JobState.Upscaled, job.Id == poison ? 1 : 0), (job.State, job.Failures)));
    }

    [Fact]
    public void A_picture_that_breaks_the_device_every_time_comes_to_the_fallback()
    {
        using var simulation = new Simulation(s_atOnce);
        simulation.OpenFallback = () => new FakeEngine(simulation.Work, "fallback");
        var poison = simulation.Submit("anna", 2, name: "poison");
        simulation.Work.BeforeStep = _ =>
        {
            if (simulation.Work.Starts[^1].Engine != "fallback") throw Loss();
        };
        for (var process = 0; process < 3; process++)
        {
            simulation.Run();
            Assert.Equal(process < 2, simulation.Lost is not null);
        }
        Assert.Equal((JobState.Upscaled, 2), (simulation.Job(poison).State, simulation.Job(poison).Failures));
    }

    [Fact]
    public void A_result_that_still_waits_for_the_store_is_stored_before_the_worker_ends()
    {
        using var simulation = new Simulation(s_atOnce);
        var events = simulation.Work.BeforeStep;
        var (store, flaky) = FlakyStore.Around(simulation.Store);
        simulation.Store = store;
        var giant = simulation.Submit("anna", 80, name: "giant");
        long done = 0;
        simulation.At(10, () => done = simulation.Submit("ben", 4, name: "done"));
        simulation.Work.BeforeStep = name =>
        {
            events(name);
            if (name == "done") flaky.IsOut = true;
            if (name != "giant" || !flaky.IsOut) return;
            flaky.IsOut = false;
            throw Loss();
        };
        simulation.Run();

        Assert.NotNull(simulation.Lost);
        Assert.Equal((JobState.Upscaled, 0, 1), (simulation.Job(done).State, simulation.Job(done).Failures, simulation.Job(done).Attempt));
        Assert.Equal((JobState.Queued, 1, (string?)null), Ended(simulation.Job(giant)));
    }

    [Fact]
    public void A_device_that_is_lost_when_the_engine_is_opened_charges_nobody()
    {
        using var simulation = new Simulation { OpenEngine = () => throw Loss() };
        var job = simulation.Submit("anna", 2);
        simulation.Run();

        Assert.NotNull(simulation.Lost);
        Assert.Equal((JobState.Queued, 0, 0), (simulation.Job(job).State, simulation.Job(job).Failures, simulation.Job(job).Attempt));
    }

    private static DeviceLostException Loss() => new("cuda:0 is lost", new InvalidOperationException("an illegal memory access was encountered"));

    private static (JobState, int, string?) Ended(Job job) => (job.State, job.Failures, job.LeaseOwner);
}
