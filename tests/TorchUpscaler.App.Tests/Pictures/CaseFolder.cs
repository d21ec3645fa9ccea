using System.Text.Json;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>The case table's files, taken through the program in one run with a network that repeats pixels, and judged: once for all tests.</summary>
public sealed class CaseFolder : IDisposable
{
    private const int ExitSomeFailed = 3;

    private static readonly string s_script = Path.Combine(Repository.Root, "tests/oracle/picture_cases.py");

    private readonly Workplace _here = new();
    private readonly Dictionary<string, string> _refusals = [];

    public CaseFolder()
    {
        Python.RunFile(s_script, "make", _here.Folder);
        Cases = JsonDocument.Parse(File.ReadAllText(_here.PathOf("cases.json"))).RootElement.EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        var run = ProgramRun.Of("upscale", _here.PathOf("in"), "-o", _here.PathOf("out"), "-m", Network, "--json").ExitedWith(ExitSomeFailed);
        foreach (var line in run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement))
        {
            if (line.GetProperty("status").GetString() == "failed")
                _refusals[Path.GetFileName(line.GetProperty("input").GetString()!)] = line.GetProperty("error").GetString()!;
        }
        Verdicts = JsonDocument.Parse(Python.RunFile(s_script, "judge", _here.Folder)).RootElement.EnumerateObject()
            .ToDictionary(verdict => verdict.Name, verdict => verdict.Value.EnumerateArray().Select(wrong => wrong.GetString()!).ToArray());
    }

    /// <summary>The network whose result is its input with each pixel repeated 4×4 times.</summary>
    public string Network => _here.PathOf("nearest.safetensors");

    /// <summary>A case's row.</summary>
    internal Dictionary<string, JsonElement> Cases { get; }

    /// <summary>What is wrong with each case's result.</summary>
    internal Dictionary<string, string[]> Verdicts { get; }

    /// <summary>What the program refused a case for, or null.</summary>
    internal string? Refusal(string name) => _refusals.GetValueOrDefault(name);

    /// <summary>A case's file.</summary>
    internal string Input(string name) => Path.Combine(_here.PathOf("in"), name);

    public void Dispose() => _here.Dispose();
}
