namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Files that a local Bot API server hands out by their path on this machine. Nothing outside its folder is opened.</summary>
/// <param name="root">The server's folder, or null where there is none.</param>
internal sealed class LocalFiles(string? root)
{
    /// <summary>Opens a file.</summary>
    /// <exception cref="BotApiException">It lies elsewhere or is not there.</exception>
    internal FileStream Open(string path)
    {
        if (root is null)
            throw new BotApiException(BotError.WrongFile, "the Bot API server hands out files by path; set LocalFilesRoot to the folder in which it keeps them");
        var full = Resolve(path);
        if (full is null || !IsInside(full, Resolve(root) ?? root))
            throw new BotApiException(BotError.WrongFile, "the Bot API server named a file outside LocalFilesRoot, or one that is not there");
        try
        {
            return new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BotApiException(BotError.WrongFile, "a file of the local Bot API server cannot be read; this program's user must be allowed to read LocalFilesRoot");
        }
    }

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
