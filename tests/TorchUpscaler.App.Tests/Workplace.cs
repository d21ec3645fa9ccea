namespace TorchUpscaler.App.Tests;

/// <summary>A folder of its own for a test, deleted afterwards.</summary>
internal sealed class Workplace : IDisposable
{
    internal Workplace() => Folder = Directory.CreateTempSubdirectory("torchupscaler-").FullName;

    internal string Folder { get; }

    /// <summary>The names of all files, sorted, with their folders inside this one.</summary>
    internal string[] Files =>
        [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    internal string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Makes a picture here and returns its path.</summary>
    internal string Picture(string name, int width = 20, int height = 12, string mode = "RGB")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        Python.MakePicture(PathOf(name), width, height, mode);
        return PathOf(name);
    }

    /// <summary>Writes a text file here and returns its path.</summary>
    internal string Text(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>
    /// An environment in which libvips cannot be loaded. The library is looked for as the system's loader does it: this folder comes first in
    /// its search and gets files of the library's names that are none.
    /// </summary>
    internal Dictionary<string, string?> WithoutLibvips()
    {
        foreach (var library in new[] { "libvips.so.42", "libvips.so" }) Text(library, "not a library");
        return new Dictionary<string, string?> { ["LD_LIBRARY_PATH"] = Folder };
    }

    /// <summary>Makes a symbolic link here.</summary>
    internal void Link(string name, string target) => File.CreateSymbolicLink(PathOf(name), target);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
