using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace TorchUpscaler.Benchmarks.Queue;

/// <summary>Fills a store's table with waiting jobs at once: handing in a hundred thousand pictures would take many minutes and gigabytes.</summary>
internal static class StoreDump
{
    /// <summary>Numbers of the jobs that are put in begin here; each call goes on where the last one ended.</summary>
    internal const long First = 1_000_000;

    private static readonly Dictionary<string, long> Next = [];

    /// <summary>Whether a location is a PostgreSQL database.</summary>
    internal static bool IsDatabase(string location) => location.StartsWith("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds jobs of a thousand people, all of a megapixel or so, whose tags lie one behind the other.</summary>
    internal static void AddWaiting(string location, int count)
    {
        var first = Next.GetValueOrDefault(location, First);
        Next[location] = first + count;
        using DbConnection connection = IsDatabase(location)
            ? new NpgsqlConnection(location)
            : new SqliteConnection($"Data Source={Path.Combine(location, "queue.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE number (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {first + count})
            INSERT INTO job (id, front_end, person, class, effective_class, state, name, quality, input_file, width, height, work, cost, tag, received_at, queued_at)
            SELECT n, 'bench', 'person' || (n % 1000), 2, 2, 'queued', 'photo.png', 95, 'bench.png', 1000, 1000, 'x4plus', 30 + n % 17, n, 1, 1
            FROM number
            """);
        command.ExecuteNonQuery();
    }
}
