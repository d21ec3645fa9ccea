using Npgsql;

namespace TorchUpscaler.Queue.Tests;

/// <summary>The contract of the seam, kept by PostgreSQL.</summary>
public sealed class PostgresJobStoreTests : JobStoreContract
{
    private NpgsqlConnection? _connection;

    private string Schema => Uri.UnescapeDataString(Location.Split("schema=")[1]);

    // Behind the store's back.
    private NpgsqlConnection Connection => _connection ??= PostgresCluster.Shared.Connect(Schema);

    public override void Dispose()
    {
        _connection?.Dispose();
        base.Dispose();
    }

    private protected override string NewLocation() => PostgresCluster.Shared.NewSchema();

    private protected override string[] PicturesKept()
    {
        using var command = new NpgsqlCommand("SELECT DISTINCT file COLLATE \"C\" FROM picture_chunk ORDER BY 1", Connection);
        using var rows = command.ExecuteReader();
        var files = new List<string>();
        while (rows.Read()) files.Add(rows.GetString(0));
        return [.. files];
    }

    private protected override void AssertNoDeadlocks()
    {
        using var command = new NpgsqlCommand("SELECT pg_stat_clear_snapshot(); SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", Connection);
        using var rows = command.ExecuteReader();
        Assert.True(rows.NextResult() && rows.Read());
        Assert.Equal(0, rows.GetInt64(0));
    }

    private protected override void Lose(string file) => Sql($"DELETE FROM picture_chunk WHERE file = '{file}'");

    private protected override void Sql(string sql)
    {
        using var command = new NpgsqlCommand(sql, Connection);
        command.ExecuteNonQuery();
    }
}
