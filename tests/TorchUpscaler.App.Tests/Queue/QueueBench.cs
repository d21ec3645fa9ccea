using System.Text.Json;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary>A folder with pictures, and a queue in it.</summary>
internal sealed class QueueBench : IDisposable
{
    private readonly Workplace _here = new();
    private readonly Lazy<IJobStore> _store;

    internal QueueBench() => _store = new Lazy<IJobStore>(() => JobStores.Open(Folder, "", new QueueOptions()));

    /// <summary>The store's folder.</summary>
    internal string Folder => _here.PathOf("queue");

    /// <summary>The store, for a look behind the program's back.</summary>
    internal IJobStore Store => _store.Value;

    internal string PathOf(string name) => _here.PathOf(name);

    internal string Picture(string name, int width = 20, int height = 12) => _here.Picture(name, width, height);

    internal string Text(string name, string text) => _here.Text(name, text);

    /// <summary>Runs <c>torchupscaler submit</c> or <c>queue …</c> on the store.</summary>
    internal ProgramResult Run(params string[] arguments) => ProgramRun.Of([.. arguments, "--store", Folder]);

    /// <summary>Submits a picture and returns its job's number.</summary>
    internal long Submit(string picture, params string[] arguments)
    {
        var said = Run(["submit", picture, "--json", .. arguments]).ExitedWith(0);
        return Json(said.Output).GetProperty("id").GetInt64();
    }

    /// <summary>A line of JSON.</summary>
    internal static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;

    /// <summary>Lines of JSON.</summary>
    internal static JsonElement[] JsonLines(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Json)];

    /// <summary>The names of a folder's files, hidden ones too, sorted.</summary>
    internal string[] FilesOf(string folder) => [.. Directory.GetFiles(_here.PathOf(folder)).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
        _here.Dispose();
    }
}
