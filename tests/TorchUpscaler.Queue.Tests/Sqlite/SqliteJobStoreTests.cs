using Microsoft.Data.Sqlite;

namespace TorchUpscaler.Queue.Tests;

/// <summary>The contract of the seam, kept by SQLite.</summary>
public sealed class SqliteJobStoreTests : JobStoreContract
{
    private string Pictures => Path.Combine(Location, "pictures");

    private protected override string NewLocation() => Path.Combine(Folder, "queue-" + Guid.NewGuid().ToString("N")[..8]);

    private protected override string[] PicturesKept() => [.. Directory.GetFiles(Pictures).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    private protected override void Lose(string file) => File.Delete(Path.Combine(Pictures, file));

    private protected override void Sql(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(Location, "queue.db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
