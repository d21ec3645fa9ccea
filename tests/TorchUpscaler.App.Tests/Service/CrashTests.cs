using System.Diagnostics;
using Npgsql;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;

namespace TorchUpscaler.App.Tests.Service;

/// <summary>Nothing that was accepted is lost, and nothing is done twice, whatever is killed, frozen or restarted in between.</summary>
[Collection(ProgramTests.Name)]
public sealed class CrashTests(TinyModels models)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void A_worker_that_is_killed_at_random_moments(string store) => KillAtRandom(store, kills: 4, seed: 11);

    [Trait("Length", "Long")]
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void A_worker_that_is_killed_a_hundred_times(string store) => KillAtRandom(store, kills: 100, seed: Environment.TickCount);

    [Fact]
    public void A_job_that_kills_its_worker_three_times_has_failed_and_its_neighbours_are_not_charged()
    {
        using var rig = new QueueRig(models.Folder, attempts: 3);
        rig.Kind(1200, 900);
        var neighbour = rig.Submit("anna", 1200, 900);
        var deadly = 0L;
        for (var kill = 0; kill < 3; kill++)
        {
            var worker = rig.StartWorker();
            // The neighbour is being worked on when the deadly one, of a higher class, comes in between.
            if (kill == 0)
            {
                QueueRig.Until(() => rig.Store.Find(neighbour)!.Progress > 0, "the neighbour has begun");
                deadly = rig.Submit("ben", 1200, 900, JobClass.Vip);
            }
            QueueRig.Until(
                () => rig.Store.Find(deadly) is { State: JobState.Running, IsActive: true, Progress: > 0 } job && job.Attempt == kill + 1, "the deadly job is worked on");
            if (kill == 0) Assert.Equal((JobState.Running, false), (rig.Store.Find(neighbour)!.State, rig.Store.Find(neighbour)!.IsActive));
            worker.Kill();
        }
        rig.StartWorker();
        rig.UntilAllHaveEnded();

        var failed = rig.Store.Find(deadly)!;
        Assert.Equal((JobState.Failed, 3, 3), (failed.State, failed.Failures, failed.Attempt));
        Assert.Contains("broke down", failed.Error, StringComparison.Ordinal);
        Assert.Equal(0, rig.Store.Find(neighbour)!.Failures);
        var told = rig.Store.ClaimDelivery(deadly)!; // its sender is told
        Assert.True(rig.Store.Told(told.Claim));
        rig.AllIsAsItShouldBe(failed: deadly);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public void A_worker_that_is_frozen_past_its_lease_and_goes_on_changes_nothing(string store)
    {
        using var rig = new QueueRig(models.Folder, LocationOf(store));
        rig.Kind(1200, 900);
        var frozen = rig.StartWorker();
        var job = rig.Submit("anna", 1200, 900);
        QueueRig.Until(() => rig.Store.Find(job)!.Progress > 0, "the job has begun");
        Freeze(frozen, rig.Store);
        rig.StartWorker();
        QueueRig.Until(() => rig.Store.Find(job) is { Attempt: 2, Progress: > 0 }, "the other worker has taken the job over");
        frozen.Signal("CONT");
        rig.UntilAllHaveEnded();

        Assert.Equal(2, rig.Store.Find(job)!.Attempt);
        QueueRig.Until(() => frozen.Said.Contains("this worker's no more", StringComparison.Ordinal), "the frozen worker has noticed");
        var next = rig.Submit("anna", 64, 48); // it is still good for something
        rig.UntilAllHaveEnded();
        Assert.Equal(JobState.Upscaled, rig.Store.Find(next)!.State);
        rig.AllIsAsItShouldBe();
    }

    [Fact]
    public void A_database_server_that_is_killed_and_comes_back()
    {
        var cluster = PostgresCluster.ToBeKilled;
        using var rig = new QueueRig(models.Folder, cluster.NewSchema());
        rig.Kind(1200, 900);
        rig.Kind(64, 48);
        rig.StartWorker();
        rig.StartWorker();
        for (var round = 0; round < 2; round++)
        {
            var large = rig.Submit("anna", 1200, 900);
            for (var i = 0; i < 3; i++) rig.Submit($"person{i}", 64, 48);
            QueueRig.Until(() => rig.Store.Find(large)!.Progress > 0, "the large picture has begun");
            cluster.Kill();
            Thread.Sleep(round * 3000); // once shorter, once longer than a lease
            cluster.Start();
        }
        QueueRig.Until(() => IsBack(rig.Store), "the store answers again");
        rig.UntilAllHaveEnded();

        Assert.All(rig.Store.List(null, null, 100), job => Assert.Equal(0, job.Failures));
        rig.AllIsAsItShouldBe();
    }

    [Fact]
    public void Told_to_stop_when_its_database_has_died_during_a_round_of_housekeeping_a_worker_ends()
    {
        var cluster = PostgresCluster.ToBeKilled;
        var location = cluster.NewSchema();
        using var rig = new QueueRig(models.Folder, location);
        using (var connection = cluster.Connect(Uri.UnescapeDataString(location.Split("schema=")[1])))
        {
            // The round that takes back expired leases comes to no end.
            Execute(connection, "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$");
            Execute(connection, "CREATE TRIGGER wait BEFORE UPDATE ON rescue FOR EACH ROW EXECUTE FUNCTION wait()");
            var worker = rig.StartWorker();
            QueueRig.Until(() => Execute(connection, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'") is not null, "a round is under way");
            cluster.Kill();
            try
            {
                QueueRig.Until(() => worker.Said.Contains("Housekeeping waits for the store", StringComparison.Ordinal), "it has noticed");
                var took = Stopwatch.StartNew();
                worker.Signal("TERM");
                QueueRig.Until(() => !worker.IsRunning, "it has ended");
                Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
                Assert.Equal(0, worker.ExitCode);
            }
            finally
            {
                cluster.Start();
            }
        }
    }

    private static object? Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    private void KillAtRandom(string store, int kills, int seed)
    {
        var random = new Random(seed);
        using var rig = new QueueRig(models.Folder, LocationOf(store));
        (int, int)[] sizes = [(64, 48), (500, 300), (1200, 900)];
        foreach (var (width, height) in sizes) rig.Kind(width, height);

        for (var kill = 0; kill < kills; kill++)
        {
            var worker = rig.StartWorker();
            for (var i = 0; i < 3; i++)
            {
                var (width, height) = sizes[random.Next(sizes.Length)];
                rig.Submit($"person{random.Next(3)}", width, height, (JobClass)random.Next(4));
                Thread.Sleep(random.Next(300));
            }
            Thread.Sleep(random.Next(3000)); // from before it works to well within
            worker.Kill();
            Assert.DoesNotContain("Unhandled", worker.Said, StringComparison.Ordinal);
        }
        rig.StartWorker();
        rig.UntilAllHaveEnded();
        rig.AllIsAsItShouldBe();
    }

    // Frozen in the middle of a commit it would hold SQLite's lock, and everybody would wait until it goes on: another moment is tried then.
    private static void Freeze(WorkerProcess worker, IJobStore store)
    {
        while (true)
        {
            worker.Signal("STOP");
            var probe = Task.Run(() => store.SetWeight("probe", 1));
            if (probe.Wait(TimeSpan.FromSeconds(2))) return;
            worker.Signal("CONT");
            probe.Wait();
        }
    }

    private static string? LocationOf(string store) => store == "postgres" ? PostgresCluster.Shared.NewSchema() : null;

    private static bool IsBack(IJobStore store)
    {
        try
        {
            store.Stats();
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
