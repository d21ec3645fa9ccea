using TorchUpscaler.Core;
using TorchUpscaler.Queue.Stores.Sqlite;

namespace TorchUpscaler.Queue;

/// <summary>Opens stores.</summary>
public static class JobStores
{
    /// <summary>Opens the store at a location, making it where it is not there.</summary>
    /// <param name="location">A folder for SQLite.</param>
    /// <param name="workFolder">A folder on this machine for what is worked on, where the store is not a folder itself.</param>
    /// <param name="options">What the queue promises.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <exception cref="InputException">It cannot be opened; the message says why and what to do.</exception>
    public static IJobStore Open(string location, string workFolder, QueueOptions options, TimeProvider? clock = null) =>
        SqliteJobStore.Open(location, options, clock ?? TimeProvider.System);
}
