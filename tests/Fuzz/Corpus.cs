using System.Diagnostics;
using TorchUpscaler.WeightConverter;

namespace TorchUpscaler.Fuzz;

/// <summary>The seeds: valid files of every kind, written by PyTorch, by Python and by the project's own writer, once for all tests.</summary>
public sealed class Corpus : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("torchupscaler-seeds-").FullName;

    public Corpus()
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(RepositoryRoot(), "tests", "oracle", "fuzz_seeds.py"), _folder])
        {
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        if (python.ExitCode != 0) throw new InvalidOperationException($"PyTorch is needed here (apt-get install python3-torch): {errors}");
        WriteOwn("plain", half: false);
        WriteOwn("plain", half: true);
        WriteOwn("compact", half: false);
    }

    /// <summary>The seeds of a target by name, always in the same order.</summary>
    internal IReadOnlyList<(string Name, byte[] Bytes)> Seeds(string target) => Directory.Exists(Path.Combine(_folder, target))
        ? [.. Directory.EnumerateFiles(Path.Combine(_folder, target)).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path)))]
        : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteOwn(string zip, bool half) => Converter.Convert(
        Path.Combine(_folder, "zip", zip), Path.Combine(_folder, "safetensors", $"own-{zip}{(half ? "-half" : "")}"), half,
        _ => new Origin("a seed", "none"), requiredSha256: null, CancellationToken.None);

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TorchUpscaler.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TorchUpscaler.sln is in no folder above the tests");
    }
}
