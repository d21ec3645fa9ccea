using System.Text.RegularExpressions;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// What processes that were killed have left beside their results. A file that is being written is locked by its writer, and the
/// system gives the lock up however the process ends: so what can be locked is nobody's any more.
/// </summary>
internal static partial class AbandonedResults
{
    private static readonly HashSet<string> s_seen = new(StringComparer.Ordinal);

    /// <summary>Removes them from a folder; once a process, as more do not come from it.</summary>
    internal static void Remove(string folder)
    {
        lock (s_seen)
        {
            if (!s_seen.Add(folder)) return;
        }
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, ".*.part")) RemoveAbandoned(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be looked into may be written into all the same.
        }
    }

    /// <summary>Whether a file bears a name as <see cref="ResultFile"/> gives it.</summary>
    internal static bool IsOurs(string name) => TemporaryName().IsMatch(name);

    private static void RemoveAbandoned(string path)
    {
        if (!IsOurs(Path.GetFileName(path)) || SpecialFile.IsAt(path) || File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint)) return;
        try
        {
            // Locked for us alone while it is removed; refused where its writer lives.
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its writer lives, or it is another's.
        }
    }

    [GeneratedRegex(@"\A\..*\.[0-9a-f]{32}\.part\z", RegexOptions.Singleline)]
    private static partial Regex TemporaryName();
}
