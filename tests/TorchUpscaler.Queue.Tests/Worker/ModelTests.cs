namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>Which models are in memory, and when.</summary>
public class ModelTests
{
    [Fact]
    public void A_model_stays_from_job_to_job_and_goes_before_another_one_comes()
    {
        using var simulation = new Simulation();
        simulation.MakeModel("other");
        simulation.Submit("anna", 1);
        simulation.Submit("anna", 1);
        simulation.Submit("anna", 1, model: "other");
        simulation.Submit("anna", 1, model: "other");
        simulation.Run();
        Assert.Equal(["+x4plus", "-x4plus", "+other", "-other"], simulation.Work.Models);
    }

    [Fact]
    public void A_suspended_runs_model_stays_beside_the_other_one()
    {
        using var simulation = new Simulation();
        simulation.MakeModel("other");
        simulation.Submit("anna", 20);
        simulation.At(5, () => simulation.Submit("ben", 1, JobClass.Vip, model: "other"));
        simulation.Run();
        Assert.Equal(["+x4plus", "+other"], simulation.Work.Models.Take(2));
        Assert.Single(simulation.Work.Models, model => model == "+x4plus");
    }

    [Fact]
    public void After_an_idle_time_the_model_goes_and_comes_back_with_the_next_job()
    {
        using var simulation = new Simulation(workerOptions: new WorkerOptions { UnloadAfter = TimeSpan.FromSeconds(30) }) { PassesWhenIdle = true };
        simulation.Submit("anna", 1);
        IReadOnlyList<string> early = [], late = [];
        simulation.At(20, () => early = [.. simulation.Work.Models]);
        simulation.At(120, () =>
        {
            late = [.. simulation.Work.Models];
            simulation.Submit("anna", 1);
        });
        simulation.Run();
        Assert.Equal(["+x4plus"], early);
        Assert.Equal(["+x4plus", "-x4plus"], late);
        Assert.Equal(["+x4plus", "-x4plus", "+x4plus", "-x4plus"], simulation.Work.Models);
    }
}
