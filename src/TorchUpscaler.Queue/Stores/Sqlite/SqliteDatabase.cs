using System.Data;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores.Sqlite;

/// <summary>An SQLite database (WAL, every commit on the disk) in a folder. Several processes of one machine may share it.</summary>
internal sealed class SqliteDatabase : StoreDatabase
{
    private const string DatabaseName = "queue.db";
    private const int ApplicationId = 0x54557051; // "TUpQ"
    private const int FullError = 13, CorruptError = 11, NotADatabaseError = 26, ReadOnlyError = 8, CannotOpenError = 14, AuthError = 23, ConstraintError = 19;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _writing = new(); // within a process, waiting here is cheaper than waiting for the database's lock
    private readonly string _folder;
    private readonly string _connectionString;
    private readonly TimeProvider _clock;
    private readonly SqliteConnection _watch; // its data_version tells of other processes' commits

    static SqliteDatabase() => SqliteLibrary.Load();

    /// <summary>Opens the database of a folder, making it with the queue's tables where it is not there.</summary>
    /// <exception cref="InputException">It is no queue, damaged, newer than the program, or cannot be written.</exception>
    internal SqliteDatabase(string folder, TimeProvider clock)
    {
        (_folder, _clock) = (folder, clock);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, DatabaseName), DefaultTimeout = 30 }.ToString();
        try
        {
            _watch = Connect();
            MakeQueue(_watch);
        }
        catch (Exception error)
        {
            _watch?.Dispose();
            if (error is SqliteException or IOException or UnauthorizedAccessException) throw Refusal(error);
            throw;
        }
    }

    public override string Kind => "Sqlite";

    public override long? Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What it is, for people.</summary>
    internal string Description => $"SQLite {_watch.ServerVersion}, {_folder}";

    /// <summary>See <see cref="IJobStore.WaitForChange"/>.</summary>
    internal long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        long version;
        while ((version = DataVersion()) == seen && waited.Elapsed < atMost)
            if (cancellation.WaitHandle.WaitOne(PollInterval)) break;
        return version;
    }

    /// <summary>The error of a store that cannot be used at the moment.</summary>
    internal StoreUnavailableException Unavailable(string reason, Exception cause) =>
        new($"the store in {Display.Path(_folder)} cannot be used: {reason}", cause);

    /// <summary>The error of a store that cannot be opened.</summary>
    internal InputException Refusal(Exception error)
    {
        var folder = Display.Path(_folder);
        return (error as SqliteException)?.SqliteErrorCode switch
        {
            NotADatabaseError or CorruptError => new InputException($"the database in {folder} is damaged or no database ({error.Message.TrimEnd('.')}); restore it from a backup, or choose another folder", error),
            ReadOnlyError or CannotOpenError or AuthError or null => new InputException($"the store in {folder} cannot be written ({error.Message.TrimEnd('.')}); make it writable, or choose another folder", error),
            FullError => new InputException($"the disk of {folder} is full; free some space or choose another folder", error),
            _ => new InputException($"the store in {folder} cannot be opened ({error.Message.TrimEnd('.')})", error),
        };
    }

    private protected override void Close()
    {
        lock (_watch) _watch.Dispose();
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private protected override T RunReading<T>(SqlStatements sql, Func<SqlWork, T> reading) => Translated(() =>
    {
        using var connection = Connect();
        // One transaction: several statements see one state.
        using var transaction = connection.BeginTransaction(deferred: true);
        return reading(new SqlWork(sql, connection, transaction));
    });

    private protected override T RunWriting<T>(SqlStatements sql, Func<SqlWork, T> writing) => Translated(() =>
    {
        lock (_writing)
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var work = new SqlWork(sql, connection, transaction);
            var value = writing(work);
            if (!work.IsUndone) transaction.Commit();
            return value;
        }
    });

    private protected override void Migrate(string part, IReadOnlyList<string> scripts) => Translated(() =>
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        Run(connection, "CREATE TABLE IF NOT EXISTS store_part (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
        var version = Value(connection, "SELECT coalesce((SELECT version FROM store_part WHERE name = @part), 0)", part);
        if (version > scripts.Count) throw Newer($"the part {part} of the store in {Display.Path(_folder)}", version, scripts.Count);
        foreach (var script in scripts.Skip((int)version)) Run(connection, script);
        Run(connection, string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO store_part (name, version) VALUES (@part, {scripts.Count}) ON CONFLICT (name) DO UPDATE SET version = excluded.version"), part);
        transaction.Commit();
        return true;
    });

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            Run(connection, "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void MakeQueue(SqliteConnection connection)
    {
        // Whose database it is comes first: a file of another program is left as it is.
        // Asked after whether it is empty, as another process may be making it.
        var isEmpty = Value(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        var application = Value(connection, "PRAGMA application_id");
        if (!isEmpty && application != ApplicationId)
            throw new InputException($"{Display.Path(connection.DataSource)} is not a queue of this program; choose another folder");
        if (isEmpty) Run(connection, "PRAGMA journal_mode = WAL");

        var scripts = SqlStatements.Migrations(typeof(SqliteDatabase).Assembly, Kind);
        using var transaction = connection.BeginTransaction(deferred: false); // the lock under which one process applies them
        var version = Value(connection, "PRAGMA user_version");
        if (version > scripts.Count) throw Newer($"the queue in {Display.Path(_folder)}", version, scripts.Count);
        foreach (var script in scripts.Skip((int)version)) Run(connection, script);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {scripts.Count}"));
        transaction.Commit();
    }

    private T Translated<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error) when (error.SqliteErrorCode != ConstraintError) // that would be a fault of the program
        {
            throw Unavailable(error.SqliteErrorCode == FullError ? "the disk is full; free some space" : error.Message.TrimEnd('.'), error);
        }
        catch (Exception error) when (error is DataException or FormatException or InvalidCastException or OverflowException)
        {
            throw Unavailable($"its database is damaged ({error.Message.TrimEnd('.')}); restore it from a backup", error);
        }
    }

    private long DataVersion()
    {
        try
        {
            lock (_watch) return Value(_watch, "PRAGMA data_version");
        }
        catch (Exception error) when (error is SqliteException or InvalidOperationException) // the latter: the store is closed
        {
            return -1; // whoever waits finds out what is the matter
        }
    }

    private static long Value(SqliteConnection connection, string sql, string? part = null)
    {
        using var command = Command(connection, sql, part);
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, string sql, string? part = null)
    {
        using var command = Command(connection, sql, part);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, string? part)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        if (part is not null) command.Parameters.AddWithValue("@part", part);
        return command;
    }
}
