namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>Who is served when: the real worker and store, simulated time.</summary>
public class OrderTests
{
    [Fact]
    public void Under_load_everybody_gets_a_share_by_weight_however_much_they_send()
    {
        using var simulation = new Simulation();
        simulation.Store.SetWeight("dora", 2);
        var random = new Random(3);
        foreach (var (person, count) in new[] { ("anna", 90), ("ben", 30), ("dora", 60) })
            for (var i = 0; i < count; i++) simulation.Submit(person, 1 + 2 * random.NextDouble());

        const double loaded = 100; // all three still have work waiting then
        simulation.Run(untilSeconds: loaded);

        Assert.All(new[] { "anna", "ben", "dora" }, person => Assert.Contains(simulation.Jobs(), job => job.Person == person && job.State == JobState.Queued));
        var total = simulation.SecondsOf("", loaded);
        foreach (var (person, share) in new[] { ("anna", 0.25), ("ben", 0.25), ("dora", 0.5) })
            Assert.InRange(simulation.SecondsOf(person, loaded) / total, 0.9 * share, 1.1 * share);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Within_a_class_no_later_tag_is_served_first(int seed)
    {
        using var simulation = new Simulation();
        var random = new Random(seed);
        for (var i = 0; i < 60; i++)
        {
            var (person, seconds) = ($"person{random.Next(5)}", 1 + random.NextDouble()); // too alike for the quarter rule
            simulation.At(i * random.NextDouble(), () => simulation.Submit(person, seconds));
        }
        simulation.RunEvents();
        simulation.Run();

        var jobs = simulation.Jobs();
        Assert.Equal(60, jobs.Count);
        Assert.All(jobs, job => Assert.Equal(JobState.Upscaled, job.State));
        foreach (var first in jobs)
            foreach (var second in jobs)
                Assert.False(
                    first.StartedAt < second.StartedAt && second.QueuedAt < first.StartedAt && second.Tag < first.Tag,
                    $"seed {seed}: job {first.Id} (tag {first.Tag}) began before job {second.Id} (tag {second.Tag}), which was waiting");
    }

    [Fact]
    public void A_small_photo_behind_a_giant_one_of_another_person_begins_within_one_step()
    {
        using var simulation = new Simulation();
        simulation.Submit("anna", 500, name: "giant");
        simulation.At(50, () => simulation.Submit("ben", 2, name: "small"));
        simulation.Run();

        var small = simulation.Work.Steps.First(step => step.Name == "small");
        Assert.InRange(small.At, 50, 50 + 2 * FakeWork.StepSeconds); // it came just before a step, which is made first
        Assert.Equal(["giant", "small"], simulation.Order());
        Assert.All(simulation.Jobs(), job => Assert.Equal((JobState.Upscaled, 0, 1), (job.State, job.Failures, job.Attempt)));
    }

    [Fact]
    public void A_small_photo_behind_a_giant_one_of_the_same_person_waits()
    {
        using var simulation = new Simulation();
        simulation.Submit("anna", 20, name: "giant");
        simulation.At(5, () => simulation.Submit("anna", 1, name: "small"));
        simulation.Run();
        Assert.InRange(simulation.Work.Steps.First(step => step.Name == "small").At, 20 - 1e-6, double.MaxValue);
    }

    [Fact]
    public void A_photo_that_is_not_much_smaller_than_what_is_left_waits()
    {
        using var simulation = new Simulation();
        simulation.Submit("anna", 40, name: "giant");
        simulation.At(20, () => simulation.Submit("ben", 6, name: "middle")); // 20 s are left, a quarter of it are 5
        simulation.Run();
        Assert.InRange(simulation.Work.Steps.First(step => step.Name == "middle").At, 40 - 1e-6, double.MaxValue);
    }

    [Fact]
    public void Classes_are_strict_and_a_suspended_run_goes_on_where_it_was()
    {
        using var simulation = new Simulation();
        simulation.Submit("anna", 10, JobClass.Bulk, "bulk");
        simulation.At(2, () => simulation.Submit("ben", 10, JobClass.Normal, "normal"));
        simulation.At(4, () => simulation.Submit("anna", 10, JobClass.Vip, "vip"));
        simulation.Run();

        Assert.Equal(["bulk", "normal", "vip"], simulation.Order());
        Assert.Equal(30, simulation.Work.Now, 6); // nothing was computed twice
        var ended = simulation.Work.Steps.GroupBy(step => step.Name).OrderBy(steps => steps.Max(step => step.At)).Select(steps => steps.Key);
        Assert.Equal(["vip", "normal", "bulk"], ended);
        var normal = simulation.Work.Steps.Where(step => step.Name == "normal").Select(step => step.At).ToList();
        Assert.InRange(normal.Zip(normal.Skip(1), (a, b) => b - a).Max(), 10, 10 + 2 * FakeWork.StepSeconds);
    }

    [Fact]
    public void Of_four_nested_runs_the_lowest_goes_back_to_the_queue_uncharged()
    {
        using var simulation = new Simulation();
        var bulk = simulation.Submit("a", 20, JobClass.Bulk, "bulk");
        simulation.At(2, () => simulation.Submit("b", 20, JobClass.Normal, "normal"));
        simulation.At(4, () => simulation.Submit("c", 20, JobClass.Vip, "vip"));
        simulation.At(6, () => simulation.Submit("d", 20, JobClass.Admin, "admin"));
        simulation.Run();

        Assert.Equal(["bulk", "normal", "vip", "admin", "bulk"], simulation.Order());
        Assert.Equal((JobState.Upscaled, 0, 2), (simulation.Job(bulk).State, simulation.Job(bulk).Failures, simulation.Job(bulk).Attempt));
        Assert.All(simulation.Jobs().Where(job => job.Id != bulk), job => Assert.Equal(1, job.Attempt));
    }

    [Fact]
    public void The_quarter_rule_alone_never_costs_a_suspended_run_its_work()
    {
        using var simulation = new Simulation();
        simulation.Submit("a", 400, name: "giant");
        simulation.At(1, () => simulation.Submit("b", 60, name: "large"));
        simulation.At(2, () => simulation.Submit("c", 10, name: "middle"));
        simulation.At(3, () => simulation.Submit("d", 1, name: "small")); // two are suspended already
        simulation.Run();

        Assert.Equal(["giant", "large", "middle", "small"], simulation.Order());
        Assert.All(simulation.Jobs(), job => Assert.Equal(1, job.Attempt));
        Assert.InRange(simulation.Work.Steps.First(step => step.Name == "small").At, 12 - 1e-6, 12 + 3 * FakeWork.StepSeconds);
    }

    [Fact]
    public void What_does_not_fit_beside_a_suspended_run_takes_its_place()
    {
        // 1,000 bytes a pixel: the giant takes 8 MB of 10.
        using var simulation = new Simulation(workerOptions: new WorkerOptions { MemoryBytes = 10_000_000 }, bytesPerPixel: 1000);
        var giant = simulation.Submit("anna", 80, name: "giant");
        simulation.At(10, () => simulation.Submit("ben", 1, name: "fits"));
        simulation.At(20, () => simulation.Submit("ben", 25, JobClass.Vip, name: "alone"));
        simulation.Run();

        Assert.Equal(["giant", "fits", "alone", "giant"], simulation.Order());
        Assert.Equal((JobState.Upscaled, 0, 2), (simulation.Job(giant).State, simulation.Job(giant).Failures, simulation.Job(giant).Attempt));
        Assert.Equal(0, simulation.Work.BytesHeld);
    }

    [Fact]
    public void A_job_that_waited_long_counts_one_class_higher()
    {
        using var simulation = new Simulation(new QueueOptions { AgeAfter = TimeSpan.FromSeconds(60) });
        simulation.Submit("anna", 2, name: "running");
        var bulk = simulation.Submit("carl", 2, JobClass.Bulk, "bulk");
        for (var i = 0; i < 100; i++) simulation.At(i * 1.5, () => simulation.Submit("ben", 2)); // more than can be served
        for (var i = 0; i < 20; i++) simulation.At(i * 10, () => simulation.Store.Age());
        simulation.Run();

        var began = simulation.Work.Steps.First(step => step.Name == "bulk").At;
        Assert.InRange(began, 60, 80); // ben has 60 s of work waiting by then, and waits with it
        Assert.Equal(JobClass.Normal, simulation.Job(bulk).EffectiveClass);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Place_and_time_left_are_what_comes_once_a_picture_has_been_measured(double misjudged)
    {
        using var simulation = new Simulation(misjudged: misjudged);
        var random = new Random(5);
        simulation.Submit("anna", 1, JobClass.Vip, "measured");
        simulation.Submit("anna", 3, JobClass.Vip, "running");
        var ids = Enumerable.Range(0, 30).Select(i => simulation.Submit($"person{i % 4}", 2 + 2 * random.NextDouble())).ToList();
        Dictionary<long, QueuePlace> told = [];
        simulation.At(2, () => { foreach (var id in ids) told[id] = simulation.Store.Place(id)!; });
        simulation.Run();

        var order = ids.OrderBy(id => simulation.Job(id).StartedAt).ToList();
        Assert.Equal(30, told.Count);
        for (var i = 0; i < order.Count; i++)
        {
            Assert.Equal(i + 1, told[order[i]].Position);
            var left = (simulation.Job(order[i]).EndedAt!.Value - simulation.Clock.Start.ToUnixTimeMilliseconds()) / 1000.0 - 2;
            Assert.InRange(told[order[i]].SecondsLeft!.Value, 0.8 * left, 1.2 * left);
        }
    }
}
