using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TorchUpscaler.Queue.Tests.Housekeeping;

/// <summary>The schedule that processes on one PostgreSQL share.</summary>
[Collection(PostgresOutageTests.Collection)]
public sealed class SharedScheduleTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const double SecondsBetweenRounds = 0.5; // a quarter of the lease

    private static readonly QueueOptions Options = new() { Lease = TimeSpan.FromSeconds(4 * SecondsBetweenRounds) };

    private readonly string _folder = Directory.CreateTempSubdirectory("schedule-").FullName;
    private readonly QueueMetrics _metrics = new();
    private readonly LogLines<Housekeeper> _log = new();

    [Fact]
    public async Task Each_round_is_one_processs_however_many_there_are()
    {
        var location = PostgresCluster.Shared.NewSchema();
        using var one = Open(location);
        using var two = Open(location);
        using var rounds = new RescueRounds(PostgresCluster.Shared, location);
        var watch = Stopwatch.StartNew();
        await using var first = Start(one);
        await using var second = Start(two);

        Waiting.For(Patience, () => rounds.Count >= 16);

        // Were each process to keep a schedule of its own, they would come twice as often. Either start makes a round of its own.
        var count = rounds.Count;
        var due = watch.Elapsed.TotalSeconds / SecondsBetweenRounds;
        Assert.True(count <= due + 3, $"{count} rounds in the time of {due:0.0}");
        Assert.DoesNotContain(_log.All, entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Those_that_stay_go_on_when_one_ends()
    {
        var location = PostgresCluster.Shared.NewSchema();
        using var one = Open(location);
        using var two = Open(location);
        using var rounds = new RescueRounds(PostgresCluster.Shared, location);
        var first = Start(one);
        await using var second = Start(two);
        Waiting.For(Patience, () => rounds.Count >= 2);

        await first.DisposeAsync();
        var before = rounds.Count;
        Waiting.For(Patience, () => rounds.Count >= before + 4);

        // The store is the caller's, and still open.
        Assert.Null(one.Find(1));
    }

    [Fact]
    public async Task A_changed_setting_changes_the_pace_of_what_is_stored()
    {
        var location = PostgresCluster.Shared.NewSchema();
        using var slow = Open(location, new QueueOptions { Lease = TimeSpan.FromMinutes(2) });
        using var fast = Open(location, Options);
        using var rounds = new RescueRounds(PostgresCluster.Shared, location);
        await using (Start(slow)) Waiting.For(Patience, () => rounds.Count >= 1);
        var before = rounds.Count;

        await using var changed = Start(fast);
        Waiting.For(Patience, () => rounds.Count >= before + 4); // at the old pace, two minutes

        await using var again = Start(slow);
        Waiting.For(Patience, () => rounds.Intervals().SequenceEqual([30_000L]));
    }

    [Fact, Trait("Length", "Long")]
    public async Task A_server_that_breaks_down_and_comes_back_is_said_once_and_the_rounds_go_on()
    {
        var cluster = PostgresCluster.ToBeKilled;
        var location = cluster.NewSchema();
        using var store = Open(location);
        await using var housekeeper = Start(store);
        using (var rounds = new RescueRounds(cluster, location)) Waiting.For(Patience, () => rounds.Count >= 2);

        cluster.Kill();
        Waiting.For(Patience, () => _log.All.Any(entry => entry.Level == LogLevel.Warning));
        await Task.Delay(TimeSpan.FromSeconds(5));
        cluster.Start();

        using (var rounds = new RescueRounds(cluster, location))
        {
            var before = rounds.Count;
            Waiting.For(Patience, () => rounds.Count >= before + 4);
        }
        Assert.Single(_log.All, entry => entry.Level >= LogLevel.Warning);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IJobStore Open(string location, QueueOptions? options = null) => JobStores.Open(location, _folder, options ?? Options);

    private Housekeeper Start(IJobStore store)
    {
        var housekeeper = new Housekeeper(store, _metrics, _log);
        housekeeper.Start();
        return housekeeper;
    }

    /// <summary>Counts, in the database, how often expired leases are looked for.</summary>
    private sealed class RescueRounds : IDisposable
    {
        private readonly NpgsqlConnection _connection;

        internal RescueRounds(PostgresCluster cluster, string location)
        {
            var schema = Uri.UnescapeDataString(location.Split("schema=")[1]);
            _connection = cluster.Connect(schema);
            Value("CREATE TABLE IF NOT EXISTS round (at timestamptz)");
            Value("""
                CREATE OR REPLACE FUNCTION note_round() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN EXECUTE format('INSERT INTO %I.round VALUES (clock_timestamp())', TG_TABLE_SCHEMA); RETURN NULL; END $$
                """);
            Value("CREATE OR REPLACE TRIGGER note_round AFTER UPDATE ON rescue FOR EACH ROW EXECUTE FUNCTION note_round()");
        }

        internal int Count => Convert.ToInt32(Value("SELECT count(*) FROM round"), System.Globalization.CultureInfo.InvariantCulture);

        /// <summary>The stored intervals of the rounds, in milliseconds, that are due at some time.</summary>
        internal List<long> Intervals()
        {
            using var command = new NpgsqlCommand(
                "SELECT s.repeat_interval FROM qrtz_simple_triggers s JOIN qrtz_triggers t USING (sched_name, trigger_name, trigger_group) WHERE t.job_name = 'rescue'",
                _connection);
            using var reader = command.ExecuteReader();
            var intervals = new List<long>();
            while (reader.Read()) intervals.Add(reader.GetInt64(0));
            return intervals;
        }

        public void Dispose() => _connection.Dispose();

        private object? Value(string sql)
        {
            using var command = new NpgsqlCommand(sql, _connection);
            return command.ExecuteScalar();
        }
    }
}
