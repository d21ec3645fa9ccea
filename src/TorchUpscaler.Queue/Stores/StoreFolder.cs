using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>
/// A store's folder on this machine. <c>owners/</c> has a locked file for each living holder of leases, <c>work/</c> a folder
/// for each claim that is worked on. What a dead process left there is recognised and cleared away.
/// </summary>
internal sealed class StoreFolder : IDisposable
{
    private const string LockExtension = ".lock";

    private readonly FileStream _lock;

    /// <summary>Makes the folder where it is not there, and this holder's lock.</summary>
    /// <exception cref="InputException">It cannot be made or written.</exception>
    internal StoreFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        // The machine's name is for people who read the owner; what makes it unique is the rest.
        Owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..12]}");
        try
        {
            // Other people's photos: nobody else on the machine is to read them.
            MakePrivate(Path);
            Directory.CreateDirectory(Owners);
            Directory.CreateDirectory(Work);
            _lock = Lock(Owner) ?? throw new IOException("its lock is taken");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the store's folder {Display.Path(Path)} cannot be written: {error.Message.TrimEnd('.')}; choose another folder, or make it writable", error);
        }
    }

    /// <summary>The folder.</summary>
    internal string Path { get; }

    /// <summary>This holder's name.</summary>
    internal string Owner { get; }

    private string Owners => System.IO.Path.Combine(Path, "owners");

    private string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>The folder of a claim, made if it is not there.</summary>
    internal string WorkFolder(Claim claim) => Directory.CreateDirectory(WorkPath(claim)).FullName;

    /// <summary>A new file that is gone when it is closed; after a crash the sweep gets it.</summary>
    internal FileStream Temporary() => new(System.IO.Path.Combine(Work, Guid.NewGuid().ToString("N")), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        Options = FileOptions.DeleteOnClose,
    });

    /// <summary>Deletes a claim's folder.</summary>
    internal void Forget(Claim claim) => Delete(WorkPath(claim));

    /// <summary>Whether a holder was a process on this machine that lives no more. Of other machines' it is not known: false.</summary>
    internal bool IsDead(string owner)
    {
        // An owner comes from the database: it is a name here, never a path.
        if (owner == Owner || owner.Length == 0 || owner.AsSpan().ContainsAny('/', '\\', '\0')) return false;
        if (!File.Exists(LockPath(owner))) return false;
        try
        {
            using var taken = Lock(owner);
            return taken is not null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // another user's, or gone this moment
        }
    }

    /// <summary>Deletes the locks of dead holders that are not in the given set, and the folders of claims that are not held.</summary>
    /// <param name="owners">Holders that have leases.</param>
    /// <param name="isHeld">Whether a claim still holds.</param>
    /// <param name="olderThan">Only what is older.</param>
    /// <returns>How many.</returns>
    internal int Sweep(IReadOnlySet<string> owners, Func<Claim, bool> isHeld, DateTime olderThan)
    {
        var swept = 0;
        foreach (var file in Directory.EnumerateFiles(Owners, "*" + LockExtension))
        {
            var owner = System.IO.Path.GetFileNameWithoutExtension(file);
            if (owners.Contains(owner) || File.GetLastWriteTimeUtc(file) > olderThan || !IsDead(owner)) continue;
            if (Deleted(file)) swept++;
        }
        foreach (var folder in Directory.EnumerateDirectories(Work))
        {
            if (Directory.GetLastWriteTimeUtc(folder) > olderThan) continue;
            if (ParseClaim(System.IO.Path.GetFileName(folder)) is { } claim && isHeld(claim)) continue;
            Delete(folder);
            swept++;
        }
        return swept + Directory.EnumerateFiles(Work).Count(file => File.GetLastWriteTimeUtc(file) <= olderThan && Deleted(file));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _lock.Dispose();
        Deleted(LockPath(Owner)); // unlocked, it would say the same
    }

    /// <summary><c>7-2</c>, as folders and files of a claim are called.</summary>
    internal static string NameOf(Claim claim) => string.Create(CultureInfo.InvariantCulture, $"{claim.JobId}-{claim.Attempt}");

    /// <summary>The claim that a name begins with, or null.</summary>
    internal static Claim? ParseClaim(string name)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(name).Split('-');
        return parts.Length >= 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var job)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            ? new Claim(job, attempt) : null;
    }

    private static void MakePrivate(string path)
    {
        if (Directory.Exists(path)) return; // whoever made it has chosen who may read it
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string WorkPath(Claim claim) => System.IO.Path.Combine(Work, NameOf(claim));

    private string LockPath(string owner) => System.IO.Path.Combine(Owners, owner + LockExtension);

    // The system takes the lock away when the process ends, however it ends.
    private FileStream? Lock(string owner)
    {
        try
        {
            return new FileStream(LockPath(owner), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(LockPath(owner)))
        {
            return null;
        }
    }

    /// <summary>Deletes a file; where that cannot be, the next sweep gets it.</summary>
    internal static bool Deleted(string file)
    {
        try
        {
            File.Delete(file);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone already.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody still writes in it; the next sweep gets it.
        }
    }
}
