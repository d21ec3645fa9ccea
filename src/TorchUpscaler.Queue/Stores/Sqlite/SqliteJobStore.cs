using System.Data;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores.Sqlite;

/// <summary>
/// The embedded store: an SQLite database (WAL, every commit on the disk) in a folder, and beside it the pictures as files,
/// named by job and attempt. Several processes of one machine may share it.
/// </summary>
internal sealed class SqliteJobStore : SqlJobStore
{
    private const string DatabaseName = "queue.db";
    private const int ApplicationId = 0x54557051; // "TUpQ"
    private const int FullError = 13, CorruptError = 11, NotADatabaseError = 26, ReadOnlyError = 8, CannotOpenError = 14, AuthError = 23, ConstraintError = 19;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly SqlStatements Statements = SqlStatements.Load("Sqlite/statements.sql");

    private readonly Lock _writing = new(); // within a process, waiting here is cheaper than waiting for the database's lock
    private readonly string _connectionString;
    private readonly string _pictures;
    private readonly TimeProvider _clock;
    private readonly SqliteConnection _watch; // its data_version tells of other processes' commits

    static SqliteJobStore() => SqliteLibrary.Load();

    private SqliteJobStore(StoreFolder folder, QueueOptions options, TimeProvider clock) : base(Statements, folder, options)
    {
        _clock = clock;
        _pictures = Path.Combine(folder.Path, "pictures");
        _connectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder.Path, DatabaseName), DefaultTimeout = 30 }.ToString();
        try
        {
            Directory.CreateDirectory(_pictures);
            _watch = Connect();
            Migrate(_watch);
        }
        catch (Exception error)
        {
            _watch?.Dispose();
            if (error is SqliteException or IOException or UnauthorizedAccessException) throw Refusal(error);
            throw;
        }
    }

    public override string Description => $"SQLite {_watch.ServerVersion}, {Folder.Path}";

    private protected override long? Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Opens the store in a folder, making it where it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">What the queue promises.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <exception cref="InputException">The folder cannot be written, or what is in it is no queue, damaged, or newer than the program.</exception>
    internal static SqliteJobStore Open(string path, QueueOptions options, TimeProvider clock)
    {
        options.Validate();
        var folder = new StoreFolder(path);
        try
        {
            return new SqliteJobStore(folder, options, clock);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public override string FetchInput(Job job)
    {
        var path = job.InputFile is null ? null : PicturePath(job.InputFile);
        return path is not null && File.Exists(path)
            ? path
            : throw new PictureException("the stored picture is gone; send it again");
    }

    public override string? FetchResult(Job job)
    {
        var path = job.ResultFile is null ? null : PicturePath(job.ResultFile);
        return File.Exists(path) ? path : null;
    }

    public override long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        long version;
        while ((version = DataVersion()) == seen && waited.Elapsed < atMost)
            if (cancellation.WaitHandle.WaitOne(PollInterval)) break;
        return version;
    }

    private protected override void Close()
    {
        lock (_watch) _watch.Dispose();
        using var connection = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private protected override T RunReading<T>(Func<SqlWork, T> reading) => Translated(() =>
    {
        using var connection = Connect();
        // One transaction: several statements see one state.
        using var transaction = connection.BeginTransaction(deferred: true);
        return reading(Work(connection, transaction));
    });

    private protected override T RunWriting<T>(Func<SqlWork, T> writing) => Translated(() =>
    {
        lock (_writing)
        {
            using var connection = Connect();
            using var transaction = connection.BeginTransaction(deferred: false);
            var work = Work(connection, transaction);
            var value = writing(work);
            if (!work.IsUndone) transaction.Commit();
            return value;
        }
    });

    private protected override bool WithPicture(string file, Stream bytes, bool isResult, Func<Stream, bool> transaction)
    {
        var path = PicturePath(file);
        if (isResult) LocalFile.Writing(path, () => PlaceResult(path, (FileStream)bytes));
        else PlaceInput(path, bytes);
        var isKept = true;
        try
        {
            return isKept = transaction(bytes);
        }
        catch (StoreUnavailableException)
        {
            // A result stays for the next try. Of a picture it is asked whether it counts, and where nobody answers the sweep
            // does that later: a commit may have come through although it failed.
            isKept = isResult || IsKnownOrUnknown(file);
            throw;
        }
        catch
        {
            isKept = false;
            throw;
        }
        finally
        {
            if (!isKept) StoreFolder.Deleted(path);
        }
    }

    private protected override void AddPicture(SqlWork work, long job, string file, Stream picture)
    {
        // Placed before the transaction began. What the sweep has taken for a dead process's meanwhile must not come to count.
        if (!File.Exists(PicturePath(file))) throw Unavailable("a picture was deleted while it was stored", new FileNotFoundException(null, file));
    }

    private protected override void DeletePictures(IEnumerable<string> files)
    {
        foreach (var file in files) StoreFolder.Deleted(PicturePath(file));
    }

    private protected override FileStream? OpenResult(string path, string file)
    {
        try
        {
            // After a try whose commit failed, the file is in its final place already.
            var placed = PicturePath(file);
            return new FileStream(File.Exists(path) ? path : placed, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private protected override int Sweep()
    {
        // Older than a lease: a file that is being placed now is not known yet.
        var olderThan = DateTime.UtcNow - Options.Lease;
        var candidates = Directory.EnumerateFiles(_pictures).Where(file => File.GetLastWriteTimeUtc(file) < olderThan).ToList();
        // Within a transaction that writes, so that no file comes to count between the look and the deletion.
        var swept = candidates.Count == 0 ? 0 : Write(work =>
        {
            var known = work.Query<string>("known files").ToHashSet(StringComparer.Ordinal);
            return candidates.Count(path => Path.GetFileName(path) is var file && !known.Contains(file) && !IsBeingFinished(work, file) && StoreFolder.Deleted(path));
        });
        return swept + Folder.Sweep(LeaseOwners(), IsHeld, olderThan);
    }

    // A result whose commit is still tried, or a picture that is being placed.
    private static bool IsBeingFinished(SqlWork work, string file) => StoreFolder.ParseClaim(file) is { } claim && IsHeld(work, claim);

    private bool IsKnownOrUnknown(string file)
    {
        try
        {
            return Read(work => work.Query<string>("known files")).Contains(file);
        }
        catch (StoreUnavailableException)
        {
            return true;
        }
    }

    // Only a file that is whole has its final name.
    private void PlaceInput(string path, Stream bytes)
    {
        var partial = path + ".part";
        try
        {
            using (var file = LocalFile.Writing(path, () => new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None)))
            {
                LocalFile.Copy(bytes, file, path);
                LocalFile.Writing(path, () => file.Flush(flushToDisk: true));
            }
            LocalFile.Writing(path, () => File.Move(partial, path, overwrite: true));
        }
        catch
        {
            StoreFolder.Deleted(partial);
            throw;
        }
        LocalFile.Writing(path, () => FileSync.FlushFolder(_pictures));
    }

    private void PlaceResult(string path, FileStream source)
    {
        if (source.Name == path) return;
        FileSync.Flush(source.Name);
        File.Move(source.Name, path, overwrite: true);
        FileSync.FlushFolder(_pictures);
    }

    private string PicturePath(string file) => Path.Combine(_pictures, Path.GetFileName(file));

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

    private void Migrate(SqliteConnection connection)
    {
        // Whose database it is comes first: a file of another program is left as it is.
        // Asked after whether it is empty, as another process may be making it.
        var isEmpty = Value(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        var application = Value(connection, "PRAGMA application_id");
        if (!isEmpty && application != ApplicationId)
            throw new InputException($"{Display.Path(connection.DataSource)} is not a queue of this program; choose another folder");
        if (isEmpty) Run(connection, "PRAGMA journal_mode = WAL");

        var scripts = SqlStatements.Migrations("Sqlite");
        using var transaction = connection.BeginTransaction(deferred: false); // the lock under which one process applies them
        var version = Value(connection, "PRAGMA user_version");
        if (version > scripts.Count)
            throw new InputException($"the queue in {Display.Path(Folder.Path)} was made by a newer program (its schema is {version}, this program knows {scripts.Count}); use that program, or another folder");
        foreach (var script in scripts.Skip((int)version)) Run(connection, script);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {scripts.Count}"));
        transaction.Commit();
    }

    private InputException Refusal(Exception error)
    {
        var folder = Display.Path(Folder.Path);
        return (error as SqliteException)?.SqliteErrorCode switch
        {
            NotADatabaseError or CorruptError => new InputException($"the database in {folder} is damaged or no database ({error.Message.TrimEnd('.')}); restore it from a backup, or choose another folder", error),
            ReadOnlyError or CannotOpenError or AuthError or null => new InputException($"the store in {folder} cannot be written ({error.Message.TrimEnd('.')}); make it writable, or choose another folder", error),
            FullError => new InputException($"the disk of {folder} is full; free some space or choose another folder", error),
            _ => new InputException($"the store in {folder} cannot be opened ({error.Message.TrimEnd('.')})", error),
        };
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

    private StoreUnavailableException Unavailable(string reason, Exception cause) =>
        new($"the store in {Display.Path(Folder.Path)} cannot be used: {reason}", cause);

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

    private static long Value(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
