using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Upscale;

/// <summary>Finds the pictures of a folder, and tells them from the results of earlier runs.</summary>
/// <param name="root">The folder, as given.</param>
/// <param name="extensions">Of the files that are pictures, with their dots.</param>
/// <param name="resultFolder">Where the results go, or null; as a folder within this one it is not looked into.</param>
internal sealed partial class PictureFolder(string root, IReadOnlySet<string> extensions, string? resultFolder)
{
    private readonly string? _results = resultFolder is null ? null : RealPath.Of(resultFolder);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);                      // folders, by their real paths
    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);        // by folder, relative to the root
    private readonly Dictionary<string, HashSet<string>> _names = new(StringComparer.Ordinal); // the same, with and without extensions
    private readonly List<PlannedInput> _faults = [];
    private readonly List<string> _leftOut = [];

    /// <summary>The files that were taken for results of earlier runs.</summary>
    internal IReadOnlyList<string> LeftOut => _leftOut;

    /// <summary>The pictures, by their folders and names, and the folders that could not be read.</summary>
    /// <param name="recursive">Whether the folders within are looked into too.</param>
    internal List<PlannedInput> Pictures(bool recursive)
    {
        Walk("", recursive);
        var files = (from folder in _files
                     from file in folder.Value
                     select (Folder: folder.Key, Path: file)).ToLookup(file => IsResult(file.Folder, Path.GetFileNameWithoutExtension(file.Path)));
        _leftOut.AddRange(files[true].Select(file => file.Path));
        return [.. files[false].Select(file => new PlannedInput(file.Path, Folder: file.Folder)), .. _faults];
    }

    // A folder that is reached by several ways, or leads back to one above it, is looked into once.
    private void Walk(string relative, bool recursive)
    {
        var path = Path.Combine(root, relative);
        var real = RealPath.Of(path);
        if (!_seen.Add(real) || (relative.Length > 0 && real == _results)) return;
        try
        {
            _files[relative] = [.. Directory.GetFiles(path).Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];
            _names[relative] = [.. _files[relative].SelectMany(file => new[] { Path.GetFileName(file), Path.GetFileNameWithoutExtension(file) })];
            if (!recursive) return;
            // Links last: what lies in a folder is named by it rather than by a link to it.
            foreach (var folder in new DirectoryInfo(path).GetDirectories().OrderBy(folder => folder.LinkTarget is not null).ThenBy(folder => folder.Name, StringComparer.Ordinal))
                Walk(Path.Combine(relative, folder.Name), recursive);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _faults.Add(new PlannedInput(path, $"{path}: the folder cannot be read: {error.Message}"));
        }
    }

    // cat_x4.png beside cat.jpg is what an earlier run made of it; alone it is a picture like any other. So is
    // large/2024/cat_x4.png where 2024/cat.jpg is: a result folder has the same folders in it.
    private bool IsResult(string folder, string stem)
    {
        if (ResultName().Match(stem) is not { Success: true } match) return false;
        var (name, whole) = (match.Groups["name"].Value, match.Groups["whole"].Value);
        string[] sources = extensions.Contains(Path.GetExtension(whole)) ? [name, whole] : [name];
        var parts = folder.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, parts.Length + 1).Select(above => Path.Combine(parts[above..]))
            .Any(origin => _names.TryGetValue(origin, out var names) && sources.Any(names.Contains));
    }

    // NAME_x4, NAME_x3.5 or NAME_3840x2160, and NAME.EXT-1a2b3c4d_x4 where names met. A name may have a newline in it.
    [GeneratedRegex(@"\A(?<name>(?<whole>.+?)(-[0-9a-f]{8})?)_(x[1-9][0-9]?(\.[0-9]{1,10})?|[1-9][0-9]*x[1-9][0-9]*)\z", RegexOptions.Singleline)]
    private static partial Regex ResultName();
}
