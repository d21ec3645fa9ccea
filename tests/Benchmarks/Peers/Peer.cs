using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TorchUpscaler.Benchmarks.Peers;

/// <summary>How a peer's process is started.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Variables that it gets beside the bench's own.</param>
internal sealed record PeerStart(string Program, string[] Arguments, IReadOnlyDictionary<string, string>? Environment = null);

/// <summary>
/// One of those that are compared: a process that lives as long as it is needed, takes commands as lines and times the network
/// by itself. It is started when it is first asked; where that fails, each further question fails with the same words.
/// </summary>
/// <param name="name">What it is called in the report.</param>
/// <param name="children">Who ends it.</param>
/// <param name="start">How it is started.</param>
internal sealed class Peer(string name, Children children, PeerStart start)
{
    private const int LastWords = 5; // lines of standard error that are told when it breaks off

    private readonly Queue<string> _errors = [];
    private Process? _process;
    private BenchException? _failure;
    private string? _loaded;
    private string? _shown;

    /// <summary>What it is called in the report.</summary>
    public string Name { get; } = name;

    /// <summary>Versions of what it consists of, once it has been asked <c>about</c>.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = new Dictionary<string, string>();

    /// <summary>The engine's vector width; empty for the others.</summary>
    public string Vectors { get; private set; } = "";

    /// <summary>Loads a model if it is not the one that is loaded.</summary>
    /// <param name="words">The model's file, and what else this peer wants to know.</param>
    public void Load(params string[] words)
    {
        if (_process is not null && _loaded == words[0]) return;
        _loaded = null;
        Ask(["load", .. words]);
        _loaded = words[0];
    }

    /// <summary>Shows a picture if it is not the one that is shown.</summary>
    public void Show(Raster picture)
    {
        if (_process is not null && _shown == picture.File) return;
        _shown = null;
        Ask("picture", picture.File, Text(picture.Width), Text(picture.Height));
        _shown = picture.File;
    }

    /// <summary>Runs the network on the picture.</summary>
    /// <returns>Seconds, by the peer's own clock.</returns>
    public double Run(params string[] words) => Ask(["run", .. words]).GetProperty("seconds").GetDouble();

    /// <summary>Asks anything.</summary>
    /// <exception cref="BenchException">It has answered with an error, has broken off, or could not be started.</exception>
    public JsonElement Ask(params string[] words)
    {
        if (_failure is not null) throw _failure;
        if (_process is null) Start();
        return Exchange(words);
    }

    /// <summary>Ends the process; the next question starts it anew.</summary>
    public void Stop()
    {
        if (_process is null) return;
        children.Stop(_process);
        _process.Dispose();
        _process = null;
        _loaded = _shown = null;
    }

    private void Start()
    {
        try
        {
            _process = children.Start(start.Program, start.Arguments, start.Environment);
            _process.ErrorDataReceived += (_, line) => Remember(line.Data);
            _process.BeginErrorReadLine();
            var about = Exchange(["about"]);
            Versions = about.GetProperty("versions").EnumerateObject().ToDictionary(version => version.Name, version => version.Value.GetString()!);
            if (about.TryGetProperty("vectors", out var vectors)) Vectors = vectors.GetString()!;
        }
        catch (BenchException error)
        {
            _failure = error;
            throw;
        }
    }

    private JsonElement Exchange(string[] words)
    {
        string? line;
        try
        {
            _process!.StandardInput.WriteLine(JsonSerializer.Serialize(words));
            _process.StandardInput.Flush();
            line = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            line = null;
        }

        if (line is null) throw BrokenOff();
        var answer = JsonSerializer.Deserialize<JsonElement>(line);
        if (answer.TryGetProperty("error", out var error)) throw new BenchException($"{Name}: {error.GetString()}");
        return answer;
    }

    private BenchException BrokenOff()
    {
        _process!.WaitForExit();
        children.WaitForEndIfCancelled();
        lock (_errors)
        {
            var told = _errors.Count > 0 ? string.Join(" | ", _errors) : $"exit code {_process.ExitCode}";
            return _failure = new BenchException($"{Name} has broken off: {told}");
        }
    }

    private void Remember(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_errors)
        {
            _errors.Enqueue(line.Trim());
            if (_errors.Count > LastWords) _errors.Dequeue();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
