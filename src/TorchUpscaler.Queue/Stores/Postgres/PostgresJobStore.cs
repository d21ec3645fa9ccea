using System.Data;
using Npgsql;
using NpgsqlTypes;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores.Postgres;

/// <summary>
/// The store that several machines share: a PostgreSQL database, pictures in it in pieces of 1 MB. Its clock is the server's. On
/// each machine it has a folder, for the holders that live there and for the claims that they work on.
/// </summary>
internal sealed class PostgresJobStore : SqlJobStore
{
    private const int ChunkBytes = 1 << 20;

    private readonly PostgresServer _server;
    private readonly Lazy<PostgresListener> _listener;

    private PostgresJobStore(PostgresDatabase database, StoreFolder folder, QueueOptions options) : base(database, folder, options)
    {
        _server = database.Server;
        _listener = new Lazy<PostgresListener>(() => new PostgresListener(_server));
    }

    public override string Description => _server.Description;

    /// <summary>The database, for the schedule that the queue's processes share.</summary>
    internal NpgsqlDataSource Connections => _server.Source;

    /// <summary>Opens the store in a database, making its tables where they are not there.</summary>
    /// <param name="connection">Which database, as whom.</param>
    /// <param name="workFolder">Where this machine's folders of such stores are.</param>
    /// <param name="options">What the queue promises.</param>
    /// <param name="clock">A test's clock; null: the server's.</param>
    /// <exception cref="InputException">The database cannot be used so, or is newer than the program.</exception>
    /// <exception cref="StoreUnavailableException">The server is starting or takes no more connections.</exception>
    internal static PostgresJobStore Open(NpgsqlConnectionStringBuilder connection, string workFolder, QueueOptions options, TimeProvider? clock)
    {
        options.Validate();
        var server = PostgresServer.Open(connection);
        try
        {
            // By the queue's own name: claims of two queues are called the same.
            var folder = new StoreFolder(Path.Combine(workFolder, "queue-" + server.QueueName));
            return new PostgresJobStore(new PostgresDatabase(server, clock), folder, options);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public override string FetchInput(Job job) =>
        (job.InputFile is null ? null : Fetch(job.Claim, job.InputFile)) ?? throw new PictureException("the stored picture is gone; send it again");

    public override string? FetchResult(Job job) => job.ResultFile is null ? null : Fetch(job.Claim, job.ResultFile);

    public override long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation) =>
        _listener.Value.Wait(seen, atMost, cancellation);

    private protected override void Close()
    {
        if (_listener.IsValueCreated) _listener.Value.Dispose();
    }

    private protected override bool WithPicture(string file, Stream bytes, bool isResult, Func<Stream, bool> transaction)
    {
        // A transaction that is tried again reads the picture again, and none is to wait for a slow source.
        if (bytes is { CanSeek: true, Position: 0 }) return transaction(bytes);
        using var spool = LocalFile.Writing(Folder.Path, Folder.Temporary);
        LocalFile.Copy(bytes, spool, Folder.Path);
        return transaction(spool);
    }

    private protected override void AddPicture(SqlWork work, long job, string file, Stream picture)
    {
        picture.Position = 0;
        var chunk = new byte[ChunkBytes];
        using var command = work.Command<NpgsqlCommand>("add chunk");
        var number = command.Parameters.Add("number", NpgsqlDbType.Integer);
        var bytes = command.Parameters.Add("bytes", NpgsqlDbType.Bytea);
        command.Parameters.AddWithValue("file", file);
        command.Parameters.AddWithValue("job", job);
        int read;
        var count = 0;
        do
        {
            read = picture.ReadAtLeast(chunk, ChunkBytes, throwOnEndOfStream: false);
            (number.Value, bytes.Value) = (count++, new ReadOnlyMemory<byte>(chunk, 0, read));
            command.ExecuteNonQuery();
        }
        while (read == ChunkBytes);
    }

    private protected override void DeletePictures(IEnumerable<string> files)
    {
        // Gone already, within the transaction.
    }

    private protected override FileStream? OpenResult(string path, string file)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private protected override int SweepMachine() => Folder.Sweep(LeaseOwners(), IsHeld, DateTime.UtcNow - Options.Lease);

    // A picture as a file in the claim's folder; null where the store has it no more.
    private string? Fetch(Claim claim, string file)
    {
        var path = Path.Combine(WorkFolder(claim), Path.GetFileName(file));
        if (File.Exists(path)) return path;
        var partial = path + ".part";
        try
        {
            if (!Read(work => CopyChunks(work, file, partial))) return null;
            LocalFile.Writing(path, () => File.Move(partial, path, overwrite: true));
            return path;
        }
        finally
        {
            StoreFolder.Deleted(partial);
        }
    }

    private static bool CopyChunks(SqlWork work, string file, string path)
    {
        using var target = LocalFile.Writing(path, () => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None));
        using var command = work.Command<NpgsqlCommand>("chunks");
        command.Parameters.AddWithValue("file", file);
        using var rows = command.ExecuteReader(CommandBehavior.SequentialAccess);
        var count = 0;
        for (; rows.Read(); count++)
        {
            if (rows.GetInt32(0) != count) return false; // a piece is missing
            using var chunk = rows.GetStream(1);
            LocalFile.Copy(chunk, target, path);
        }
        LocalFile.Writing(path, target.Flush);
        return count > 0;
    }
}
