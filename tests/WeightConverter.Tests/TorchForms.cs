using System.Diagnostics;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>Files of one small network in every form of torch.save, written by PyTorch itself once for a class of tests.</summary>
public sealed class TorchForms : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TorchForms()
    {
        string[] arguments = [Path.Combine(RepositoryRoot(), "tests", "oracle", "save_forms.py"), _folder.Root];
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true })
            ?? throw new InvalidOperationException("/usr/bin/python3 could not be started");
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        if (python.ExitCode != 0) throw new InvalidOperationException($"PyTorch is needed here (apt-get install python3-torch): {errors}");
    }

    internal string this[string name] => _folder[name];

    internal IEnumerable<string> Forms => _folder.Files
        .Where(file => Path.GetExtension(file) == ".txt")
        .Select(file => Path.GetFileNameWithoutExtension(file));

    /// <summary>The tensors of a form as PyTorch sees them.</summary>
    internal List<(string Name, long[] Shape, float[] Values)> Expected(string form)
    {
        using var values = new BinaryReader(File.OpenRead(_folder[form + ".f32"]));
        var tensors = new List<(string, long[], float[])>();
        foreach (var line in File.ReadLines(_folder[form + ".txt"]))
        {
            var fields = line.Split(' ');
            long[] shape = [.. fields[1].Split(',').Select(long.Parse)];
            var count = shape.Aggregate(1L, (product, side) => product * side);
            tensors.Add((fields[0], shape, [.. Enumerable.Range(0, (int)count).Select(_ => values.ReadSingle())]));
        }
        Assert.Equal(values.BaseStream.Length, values.BaseStream.Position);
        return tensors;
    }

    public void Dispose() => _folder.Dispose();

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TorchUpscaler.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TorchUpscaler.sln is in no folder above the tests");
    }
}
