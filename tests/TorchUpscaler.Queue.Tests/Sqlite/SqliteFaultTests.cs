using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests;

/// <summary>What happens to folders and files: one sentence, and nothing lost.</summary>
[SupportedOSPlatform("linux")]
public sealed class SqliteFaultTests : IDisposable
{
    private static readonly QueueOptions Options = new();
    private readonly string _here = Directory.CreateTempSubdirectory("queue-").FullName;

    private string Queue => Path.Combine(_here, "queue");

    private string Database => Path.Combine(Queue, "queue.db");

    [Fact]
    public void A_file_in_the_folders_place_is_refused()
    {
        File.WriteAllText(Queue, "a file");
        Assert.Contains(Queue, Refused("cannot be written"), StringComparison.Ordinal);
        Assert.Equal("a file", File.ReadAllText(Queue));
    }

    [Fact]
    public void A_file_in_the_place_of_the_pictures_is_refused()
    {
        Directory.CreateDirectory(Queue);
        File.WriteAllText(Path.Combine(Queue, "pictures"), "a file");
        Refused("cannot be written");
    }

    [Theory]
    [InlineData("/proc/queue")]
    [InlineData("/dev/null")]
    [InlineData("/dev/null/queue")]
    [InlineData("/sys/queue")]
    public void A_place_that_takes_no_files_is_refused(string path) =>
        Assert.Contains(path, Assert.Throws<InputException>(() => Open(path)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_that_may_only_be_read_is_refused()
    {
        File.SetUnixFileMode(_here, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var said = Assert.Single(HostProcess.RunAsNobody("open", Queue, _here));
        Assert.StartsWith("refused: the store's folder", said, StringComparison.Ordinal);
        Assert.Contains("make it writable", said, StringComparison.Ordinal);
        File.SetUnixFileMode(_here, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Other_peoples_photos_are_for_nobody_else()
    {
        Open().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Queue));
    }

    [Fact]
    public void A_database_newer_than_the_program_is_refused_and_left_as_it_is()
    {
        Open().Dispose();
        Sql(Database, "PRAGMA user_version = 99");
        var before = File.ReadAllBytes(Database);
        Refused("newer program", "99");
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void Another_programs_database_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Queue);
        Sql(Database, "CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT)");
        var before = File.ReadAllBytes(Database);
        Refused("not a queue of this program");
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public void A_file_that_is_no_database_is_refused(int length)
    {
        Directory.CreateDirectory(Queue);
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        File.WriteAllBytes(Database, bytes);
        Refused("damaged");
        Assert.Equal(bytes, File.ReadAllBytes(Database));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public async Task A_database_that_was_cut_short_says_so(double share)
    {
        Filled();
        using (var file = File.OpenWrite(Database)) file.SetLength((long)(file.Length * share));
        await AssertNoSurprise("cut short");
    }

    [Fact]
    public Task Bytes_that_flip_anywhere_in_the_database_end_in_a_sentence_or_do_no_harm() => FlipBytes(seed: 7, times: 60);

    [Fact]
    [Trait("Length", "Long")]
    public Task Bytes_that_flip_at_a_thousand_places_of_the_database_end_in_a_sentence_or_do_no_harm() => FlipBytes(seed: 8, times: 1000);

    [Fact]
    public void A_database_that_breaks_while_it_is_open_makes_the_store_unavailable()
    {
        var ids = Filled();
        using var store = Open();
        Assert.NotNull(store.Find(ids[0]));
        var size = new FileInfo(Database).Length;
        using (var file = File.OpenWrite(Database)) // past the first pages, which are in memory
        {
            file.Position = 8192;
            var junk = new byte[size - 8192];
            new Random(1).NextBytes(junk);
            file.Write(junk);
        }
        var error = Assert.Throws<StoreUnavailableException>(() =>
        {
            foreach (var id in ids) store.Find(id);
            store.List(null, null, 1000);
            store.Claim();
        });
        Assert.Contains(Queue, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_said_and_with_room_again_the_same_call_succeeds()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_here, "disk")).FullName;
        var said = HostProcess.RunOnSmallDisk(disk, "2m", "full-disk", disk).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal("True", said["rename"]);
        foreach (var tried in (string[])["full submit", "full writes", "full finish"])
        {
            Assert.StartsWith("unavailable: ", said[tried], StringComparison.Ordinal);
            Assert.Contains("the disk is full", said[tried], StringComparison.Ordinal);
        }
        Assert.Equal("1-0-input.jpg 1-1.png 2-0-input.jpg", said["full files"]); // nothing of the third
        Assert.Equal("Running", said["full state"]);
        Assert.Equal("True", said["finish"]);
        Assert.Equal("Upscaled 100000", said["state"]);
        Assert.Equal("Queued", said["submit"]);
        Assert.Equal("Queued Upscaled Upscaled", said["jobs"]);
    }

    [Fact]
    public void The_sweep_takes_what_nobody_knows_and_spares_what_is_being_placed_or_finished()
    {
        using var store = Open();
        store.Submit(new NewJob("test", "anna", "x"), new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([1, 2, 3]));
        store.Receive(new NewJob("test", "anna", "x"));
        Assert.NotNull(store.Claim());
        Assert.NotNull(store.ClaimReceived("test"));
        foreach (var name in (string[])["1-1.png", "2-1-input.jpg.part", "1-7.png", "77-1.png", "99-0-input.jpg", "no name of ours", "-.png", "9999999999999999999999-1.png"]) Place(name, old: true);
        foreach (var name in (string[])["100-0-input.jpg", "101-0-input.jpg.part"]) Place(name, old: false);
        Assert.Equal(6, store.Clean());
        Assert.Equal(["1-0-input.jpg", "1-1.png", "100-0-input.jpg", "101-0-input.jpg.part", "2-1-input.jpg.part"],
            Directory.GetFiles(Path.Combine(Queue, "pictures")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_dead_holders_lock_goes_when_it_has_no_leases()
    {
        string holder;
        using (var host = HostProcess.Start("hold", Queue, _here))
        {
            Assert.Equal("ready", host.ReadLine());
            holder = Assert.Single(Directory.GetFiles(Path.Combine(Queue, "owners")));
            File.SetLastWriteTimeUtc(holder, DateTime.UtcNow - Options.Lease * 2);
            using (var store = Open()) store.Clean();
            Assert.True(File.Exists(holder)); // it lives
            host.Kill();
        }
        using (var store = Open())
        {
            store.Clean();
            Assert.False(File.Exists(holder));
            Assert.Single(Directory.GetFiles(Path.Combine(Queue, "owners")));
        }
        Assert.Empty(Directory.GetFiles(Path.Combine(Queue, "owners")));
    }

    public void Dispose() => Directory.Delete(_here, recursive: true);

    private IJobStore Open(string? folder = null) => JobStores.Open(folder ?? Queue, _here, Options);

    private string Refused(params string[] parts)
    {
        var message = Assert.Throws<InputException>(() => Open()).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private void Place(string name, bool old)
    {
        var path = Path.Combine(Queue, "pictures", name);
        File.WriteAllText(path, "x");
        if (old) File.SetLastWriteTimeUtc(path, DateTime.UtcNow - Options.Lease * 2);
    }

    // A queue of several pages, all of it in the database's own file.
    private List<long> Filled()
    {
        using var store = Open();
        var ids = Enumerable.Range(0, 60).Select(n => store.Receive(new NewJob("test", $"person {n}", "x") { Payload = new string('p', 900) })).ToList();
        store.Dispose();
        Sql(Database, "PRAGMA wal_checkpoint(TRUNCATE)");
        return ids;
    }

    private async Task FlipBytes(int seed, int times)
    {
        Filled();
        var whole = File.ReadAllBytes(Database);
        var random = new Random(seed);
        var noticed = 0;
        for (var n = 0; n < times; n++)
        {
            var damaged = (byte[])whole.Clone();
            var at = (int)((long)whole.Length * n / times);
            random.NextBytes(damaged.AsSpan(at, Math.Min(random.Next(1, 300), whole.Length - at)));
            File.WriteAllBytes(Database, damaged);
            if (await AssertNoSurprise($"{n}: bytes from {at} on")) noticed++;
        }
        Assert.True(noticed > times / 12, $"{noticed} of {times} were noticed");
    }

    // Whether anything was noticed.
    private async Task<bool> AssertNoSurprise(string what)
    {
        foreach (var left in (string[])["queue.db-wal", "queue.db-shm"]) File.Delete(Path.Combine(Queue, left));
        var work = Task.Run(() => Record.Exception(() =>
        {
            using var store = Open();
            store.List(null, null, 1000);
            store.Stats();
            store.ClaimReceived("test");
            store.Submit(new NewJob("test", "anna", "x"), new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([1]));
            store.Claim();
            store.RescueExpired();
            store.Clean();
        }));
        var failure = await work.WaitAsync(TimeSpan.FromSeconds(60)); // it must not hang
        Assert.True(failure is null or InputException or StoreUnavailableException, $"{what}: {failure}");
        return failure is not null;
    }

    private static void Sql(string database, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
