using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores.Sqlite;

/// <summary>
/// The embedded store: an SQLite database (WAL, every commit on the disk) in a folder, and beside it the pictures as files,
/// named by job and attempt. Several processes of one machine may share it.
/// </summary>
internal sealed class SqliteJobStore : SqlJobStore
{
    private readonly SqliteDatabase _database;
    private readonly string _pictures;

    private SqliteJobStore(SqliteDatabase database, StoreFolder folder, QueueOptions options) : base(database, folder, options)
    {
        _database = database;
        _pictures = Path.Combine(folder.Path, "pictures");
        try
        {
            Directory.CreateDirectory(_pictures);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw database.Refusal(error);
        }
    }

    public override string Description => _database.Description;

    /// <summary>Opens the store in a folder, making it where it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">What the queue promises.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <exception cref="InputException">The folder cannot be written, or what is in it is no queue, damaged, or newer than the program.</exception>
    internal static SqliteJobStore Open(string path, QueueOptions options, TimeProvider clock)
    {
        options.Validate();
        var folder = new StoreFolder(path);
        SqliteDatabase? database = null;
        try
        {
            database = new SqliteDatabase(folder.Path, clock);
            return new SqliteJobStore(database, folder, options);
        }
        catch
        {
            database?.Dispose();
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

    public override long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation) => _database.WaitForChange(seen, atMost, cancellation);

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
        if (!File.Exists(PicturePath(file))) throw _database.Unavailable("a picture was deleted while it was stored", new FileNotFoundException(null, file));
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

    private protected override int SweepMachine()
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
}
