using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;

namespace TorchUpscaler.Benchmarks.Engine;

/// <summary>
/// The engine as one of the peers: long-lived, told by lines what to do, and timing the network by itself. Each line is a JSON
/// array of words, each answer a line with a JSON object, with "error" in it where something failed:
/// <code>
/// about                                          versions and the vector width
/// load WEIGHTS.safetensors
/// picture FILE.u8 WIDTH HEIGHT                   raw pixels, [height][width][3]
/// run THREADS                                    seconds of the network alone
/// save FILE.f32 [LEFT TOP WIDTH HEIGHT]          the last result or a part of it, [height][width][3]
/// fma THREADS                                    seconds, and operations of a loop of multiply-adds
/// read BYTES                                     seconds of one core that reads so much again and again, and bytes in all
/// </code>
/// </summary>
internal sealed unsafe class EngineServer : IDisposable
{
    private readonly CpuEngine _engine = new();
    private readonly Dictionary<int, ThreadTeam> _teams = [];
    private ILoadedModel? _model;
    private Picture? _picture;
    private MemorySink? _result;

    /// <summary>Answers until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(TextReader input, TextWriter output)
    {
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true); // whoever asks ends this process
        using var server = new EngineServer();
        while (input.ReadLine() is { } line)
        {
            JsonObject answer;
            try
            {
                answer = server.Answer(JsonSerializer.Deserialize<string[]>(line) ?? []);
            }
#pragma warning disable CA1031 // whoever asks shows it
            catch (Exception error)
#pragma warning restore CA1031
            {
                answer = new JsonObject { ["error"] = error.Message };
            }

            output.WriteLine(answer.ToJsonString());
            output.Flush();
        }

        return 0;
    }

    public void Dispose()
    {
        _model?.Dispose();
        _engine.Dispose();
        foreach (var team in _teams.Values) team.Dispose();
    }

    private JsonObject Answer(string[] words) => words switch
    {
        ["about"] => About(),
        ["load", var file] => Load(file),
        ["picture", var file, var width, var height] => Show(file, Number(width), Number(height)),
        ["run", var threads] => Infer(Number(threads)),
        ["save", var file] => Save(file, 0, 0, Result.Width, Result.Height),
        ["save", var file, var left, var top, var width, var height] => Save(file, Number(left), Number(top), Number(width), Number(height)),
        ["fma", var threads] => Multiply(Number(threads)),
        ["read", var bytes] => Read(Number(bytes)),
        _ => throw new BenchException($"the engine does not know the command {string.Join(' ', words)}"),
    };

    private MemorySink Result => _result ?? throw new BenchException("nothing has been run");

    private static JsonObject About() => new()
    {
        ["vectors"] = CpuEngine.VectorWidth,
        ["versions"] = new JsonObject { ["TorchUpscaler"] = typeof(CpuEngine).Assembly.GetName().Version!.ToString(3) },
    };

    private JsonObject Load(string file)
    {
        _model?.Dispose();
        _model = null;
        using var model = ModelFile.Open(file);
        _model = _engine.Load(model);
        return [];
    }

    private JsonObject Show(string file, int width, int height)
    {
        var pixels = File.ReadAllBytes(file);
        _picture = new Picture(width, height, 3, 8);
        if (pixels.Length != _picture.Bytes.Length) throw new BenchException($"'{file}' has {pixels.Length} bytes, which is not {width}×{height}");
        pixels.CopyTo(_picture.Bytes);
        return [];
    }

    private JsonObject Infer(int threads)
    {
        var (model, picture) = (_model ?? throw new BenchException("no model has been loaded"), _picture ?? throw new BenchException("no picture has been shown"));
        var scale = model.Network.Scale;
        _result = MemorySink.For(_result, picture.Width * scale, picture.Height * scale);
        GC.Collect(); // an earlier result may be large, and would count in the engine's memory
        // The bench keeps the whole result, which a program does not: it is no part of the engine's budget.
        var options = new RunOptions { Threads = threads, MemoryBytes = MemorySize.DefaultBudget() + _result.Bytes };
        var clock = Stopwatch.StartNew();
        using (var run = model.Start(picture, options, _result))
        {
            while (run.Step() < 1)
            {
            }
        }

        return Seconds(clock);
    }

    private JsonObject Save(string file, int left, int top, int width, int height)
    {
        using var target = File.Create(file);
        for (var y = top; y < top + height; y++) target.Write(MemoryMarshal.AsBytes(Result.Row(y, left, width)));
        return [];
    }

    private JsonObject Multiply(int threads)
    {
        if (!_teams.TryGetValue(threads, out var team)) _teams.Add(threads, team = new ThreadTeam(threads));
        var clock = Stopwatch.StartNew();
        var operations = FmaLoop.Run(team);
        var answer = Seconds(clock);
        answer["operations"] = operations;
        return answer;
    }

    private static JsonObject Read(int bytes)
    {
        using var arena = new Arena(bytes);
        var buffer = arena.Allocate(bytes / sizeof(float));
        new Span<byte>(buffer, bytes).Clear(); // pages that have never been written are all one
        var clock = Stopwatch.StartNew();
        var all = MemoryReading.Run(arena, buffer, bytes);
        var answer = Seconds(clock);
        answer["bytes"] = all;
        return answer;
    }

    private static JsonObject Seconds(Stopwatch clock) => new() { ["seconds"] = clock.Elapsed.TotalSeconds };

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
