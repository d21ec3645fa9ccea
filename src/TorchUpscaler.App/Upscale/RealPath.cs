namespace TorchUpscaler.App.Upscale;

/// <summary>Paths with the symbolic links in them followed, so that two paths of one file are the same.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // as the kernel has it: more is a circle

    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>The file's or folder's own path. What does not exist (yet) stays as it is.</summary>
    internal static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Push(rest, full[real.Length..]);
        for (var links = 0; rest.TryPop(out var name);)
        {
            var next = name == ".." ? Path.GetDirectoryName(real) ?? real : Path.Combine(real, name);
            if (name == ".." || new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                real = next;
                continue;
            }
            if (Path.IsPathRooted(target)) real = Path.GetPathRoot(target)!;
            Push(rest, target);
        }
        return real;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var name in path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Reverse())
            if (name != ".") rest.Push(name);
    }
}
