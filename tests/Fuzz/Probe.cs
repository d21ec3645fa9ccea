namespace TorchUpscaler.Fuzz;

/// <summary>Where a target puts its file, and how deep its reader came in it.</summary>
internal sealed class Probe : IDisposable
{
    internal const string Nowhere = "nothing";

    private readonly string _folder = Directory.CreateTempSubdirectory("torchupscaler-fuzz-").FullName;

    /// <summary>The last stage that was reached.</summary>
    internal string Stage { get; private set; } = Nowhere;

    /// <summary>The file that the reader was given first.</summary>
    internal string? Path { get; private set; }

    internal void Reset() => (Stage, Path) = (Nowhere, null);

    internal void Reached(string stage) => Stage = stage;

    internal string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = System.IO.Path.Combine(_folder, name);
        using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            // Not emptied before: file systems wait for the disk when a file that was emptied is closed.
            file.Write(bytes);
            file.SetLength(bytes.Length);
        }
        Path ??= path;
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
