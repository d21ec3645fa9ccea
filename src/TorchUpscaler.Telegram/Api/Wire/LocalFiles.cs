namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Fetches files, also those that a local Bot API server hands out by their path on this machine. Nothing outside its folder is opened.</summary>
/// <param name="root">The server's folder, or null where there is none.</param>
internal sealed class LocalFiles(string? root)
{
    /// <summary>Copies a file's bytes to a stream: from this machine where its path is one of this machine.</summary>
    /// <param name="file">The file.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="maximumBytes">More is an error.</param>
    /// <param name="download">Copies those of a file that is elsewhere; gets its path, fit for an address.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task<long> Fetch(RemoteFile file, Stream destination, long maximumBytes, Func<string, Task<long>> download, CancellationToken cancellation)
    {
        if (file.FileSize > maximumBytes) throw FileCopy.TooBig(maximumBytes);
        if (string.IsNullOrEmpty(file.FilePath)) throw new BotApiException(BotError.WrongFile, "Telegram does not say where the file is");
        if (!Path.IsPathRooted(file.FilePath)) return await download(RemotePath.Escape(file.FilePath));

        await using var source = Open(file.FilePath);
        if (source.Length > maximumBytes) throw FileCopy.TooBig(maximumBytes);
        try
        {
            return await FileCopy.Copy(source, destination, maximumBytes, _ => { }, cancellation);
        }
        catch (BrokenSourceException)
        {
            throw new BotApiException(BotError.WrongFile, "a file of the local Bot API server cannot be read");
        }
    }

    // BotError.Unavailable where the folder is not set as it has to be.
    private FileStream Open(string path)
    {
        if (root is null)
            throw Hindered("the Bot API server hands out files by path; set LocalFilesRoot to the folder in which it keeps them");
        var folder = Resolve(root) ?? throw Hindered("there is no folder LocalFilesRoot, or this program's user may not look into it; set it to the folder in which the Bot API server keeps its files");
        var full = Resolve(path);
        if (!IsInside(full ?? Path.GetFullPath(path), full is null ? root : folder))
            throw Hindered("the Bot API server named a file outside LocalFilesRoot; set it to the folder in which the server keeps its files");
        if (full is null) throw MayLook(path) ? Gone() : NotReadable();
        try
        {
            return new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotReadable();
        }
    }

    // Of a file that is not seen, whether that is because it is not there.
    private static bool MayLook(string path)
    {
        try
        {
            File.GetAttributes(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static BotApiException Gone() => new(BotError.WrongFile, "the local Bot API server named a file that is not there");

    private static BotApiException NotReadable() => Hindered("a file of the local Bot API server cannot be read; this program's user must be allowed to read LocalFilesRoot");

    // What the operator puts right; until then pictures wait.
    private static BotApiException Hindered(string message) => new(BotError.Unavailable, message);

    private static bool IsInside(string path, string folder) =>
        path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with all links in it followed; null where it is not there.</summary>
    private static string? Resolve(string path)
    {
        const int mostLinks = 20;
        try
        {
            var resolved = Path.GetPathRoot(path)!;
            var rest = new Stack<string>(Path.GetFullPath(path)[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
            var links = 0;
            while (rest.TryPop(out var name))
            {
                var next = Path.Combine(resolved, name);
                FileSystemInfo entry = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
                if (!entry.Exists && entry.LinkTarget is null) return null;
                if (entry.LinkTarget is not { } target)
                {
                    resolved = next;
                    continue;
                }
                if (++links > mostLinks) return null;
                var full = Path.GetFullPath(target, resolved);
                resolved = Path.GetPathRoot(full)!;
                foreach (var part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse()) rest.Push(part);
            }
            return resolved;
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
