namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>A folder of one test's own, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("torchupscaler-").FullName;

    internal string Root => _path;

    internal string this[string name] => Path.Combine(_path, name);

    internal IEnumerable<string> Files => Directory.EnumerateFiles(_path).Select(path => Path.GetFileName(path)!).Order();

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
