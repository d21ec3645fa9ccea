using System.Text.Json;
using System.Text.Json.Nodes;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>The case table's files, taken through the program in one run with a network that repeats pixels, and judged: once for all tests.</summary>
public class CaseFolder : IDisposable
{
    private const int ExitSomeFailed = 3;

    private static readonly string s_script = Path.Combine(Repository.Root, "tests/oracle/picture_cases.py");

    private readonly Workplace _here = new();
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, string> _refusals = [];

    public CaseFolder() : this("auto")
    {
    }

    /// <summary>The same through a codec of this name.</summary>
    /// <param name="codec">As <c>--codec</c> has it.</param>
    /// <param name="results">Results of another format than their picture's, by the pictures' extension, where the table does not say so.</param>
    protected CaseFolder(string codec, params (string Extension, string Result)[] results)
    {
        Python.RunFile(s_script, "make", _here.Folder);
        TellResults(results);
        Cases = JsonDocument.Parse(File.ReadAllText(_here.PathOf("cases.json"))).RootElement.EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);
        var run = ProgramRun.Of("upscale", _here.PathOf("in"), "-o", _here.PathOf("out"), "-m", Network, "--json", "--codec", codec).ExitedWith(ExitSomeFailed);
        foreach (var line in run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement))
        {
            var name = Path.GetFileName(line.GetProperty("input").GetString()!);
            _taken.Add(name);
            if (line.GetProperty("status").GetString() == "failed") _refusals[name] = line.GetProperty("error").GetString()!;
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

    /// <summary>Whether the program took a case's file out of the folder.</summary>
    internal bool IsTaken(string name) => _taken.Contains(name);

    /// <summary>What the program refused a case for, or null.</summary>
    internal string? Refusal(string name) => _refusals.GetValueOrDefault(name);

    /// <summary>A case's file.</summary>
    internal string Input(string name) => Path.Combine(_here.PathOf("in"), name);

    public void Dispose()
    {
        _here.Dispose();
        GC.SuppressFinalize(this);
    }

    private void TellResults((string Extension, string Result)[] results)
    {
        var table = JsonNode.Parse(File.ReadAllText(_here.PathOf("cases.json")))!.AsArray();
        foreach (var (extension, result) in results)
        {
            foreach (var row in table.Where(row => row!["name"]!.GetValue<string>().EndsWith(extension, StringComparison.Ordinal))) row!["result"] = result;
        }
        File.WriteAllText(_here.PathOf("cases.json"), table.ToJsonString());
    }
}
