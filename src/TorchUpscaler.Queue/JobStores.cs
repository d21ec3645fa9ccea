using TorchUpscaler.Core;
using TorchUpscaler.Queue.Stores;
using TorchUpscaler.Queue.Stores.Postgres;
using TorchUpscaler.Queue.Stores.Sqlite;

namespace TorchUpscaler.Queue;

/// <summary>Opens the store that a location names.</summary>
public static class JobStores
{
    /// <summary>Opens a store, making what is not there.</summary>
    /// <param name="location">
    /// A folder's path (SQLite), or a PostgreSQL database: <c>postgres://user:password@host:port/database</c>, also
    /// <c>postgresql://</c>, or Npgsql's connection string beginning with <c>Host=</c>. The address's query takes Npgsql's settings
    /// and <c>schema</c>, <c>sslmode</c>, <c>connect_timeout</c>; both forms take <c>passwordFile</c>, a file whose first line is
    /// the password.
    /// </param>
    /// <param name="workFolder">With PostgreSQL: where this machine's folder of the queue is made, for the pictures that are worked on. On a disk of the machine's own.</param>
    /// <param name="options">What the queue promises.</param>
    /// <param name="clock">A test's clock; null: the server's, or the machine's with SQLite.</param>
    /// <exception cref="InputException">
    /// The location cannot be read, there is no such server or database, it does not let the user in or make tables, a folder cannot
    /// be written, or what is there is damaged, another program's, or newer than this program.
    /// </exception>
    /// <exception cref="StoreUnavailableException">The PostgreSQL server is still starting, or takes no more connections.</exception>
    public static IJobStore Open(string location, string workFolder, QueueOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return StoreLocation.Database(location) is { } database
            ? PostgresJobStore.Open(database, workFolder, options, clock)
            : SqliteJobStore.Open(location, options, clock ?? TimeProvider.System);
    }

    /// <summary>Whether a location is a folder's, and not a database server's.</summary>
    /// <exception cref="InputException">The location cannot be read.</exception>
    public static bool IsFolder(string location) => StoreLocation.Database(location) is null;
}
