using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Service;
using TorchUpscaler.App.Tests.Service;
using TorchUpscaler.BotServer;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>The program's bot as a process, with the real engine and small networks, against a Bot API server.</summary>
internal sealed class BotBench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Workplace _here = new();
    private readonly string _models;
    private readonly string _location;
    private readonly List<WorkerProcess> _processes = [];
    private readonly Lazy<IJobStore> _store;
    private BotData? _data;

    private BotBench(BotApiServer server, string models, string? location)
    {
        (Server, _models, _location) = (server, models, location ?? _here.PathOf("queue"));
        _here.Text("token.txt", server.Token + "\n");
        _store = new Lazy<IJobStore>(() => JobStores.Open(_location, _here.PathOf("work-of-tests"), new QueueOptions()));
    }

    internal BotApiServer Server { get; }

    /// <summary>The store as the test sees it.</summary>
    internal IJobStore Store => _store.Value;

    /// <summary>What all processes have said.</summary>
    internal string Said => string.Concat(_processes.Select(process => process.Said));

    internal static async Task<BotBench> Start(string models, string? location = null, BotServerOptions? options = null)
    {
        var server = await BotApiServer.Start(options);
        server.Limits.Mode = RateLimitMode.Off;
        return new BotBench(server, models, location);
    }

    /// <summary>Starts the program as a bot.</summary>
    internal WorkerProcess StartBot(params string[] arguments)
    {
        string[] all =
        [
            "bot", "--token-file", _here.PathOf("token.txt"), "--store", _location, "--weights", _models, "--threads", "1", "--memory", "1GB", "--port", "0",
            "--set", $"Bot:ApiBaseUrl={Server.Address}", "--set", $"WorkFolder={_here.PathOf("work")}", "--set", "Queue:Lease=00:00:02", "--set", "Queue:RetryAfter=00:00:03",
            .. arguments,
        ];
        var process = new WorkerProcess(all);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts the program as a worker for the same store.</summary>
    internal WorkerProcess StartWorker()
    {
        var process = new WorkerProcess(["worker", "--store", _location, "--weights", _models, "--threads", "1", "--memory", "1GB", "--set", $"WorkFolder={_here.PathOf("work")}"]);
        _processes.Add(process);
        return process;
    }

    /// <summary>A picture, and what <c>upscale</c> makes of it.</summary>
    internal (byte[] Picture, byte[] Result) Picture(int width, int height)
    {
        var picture = _here.Picture(string.Create(CultureInfo.InvariantCulture, $"{width}x{height}.png"), width, height);
        ProgramRun.Of("upscale", picture, "--weights", _models, "-o", _here.PathOf("expected.png"), "--force").ExitedWith(0);
        return (File.ReadAllBytes(picture), File.ReadAllBytes(_here.PathOf("expected.png")));
    }

    /// <summary>Works as the program's worker does, with the real engine, until all that was sent is answered and told.</summary>
    internal async Task Work()
    {
        var engine = Engines.Of(new EngineWish("cpu"));
        using var store = JobStores.Open(_location, _here.PathOf("work-of-worker"), new QueueOptions { Lease = TimeSpan.FromSeconds(2) });
        using var metrics = new QueueMetrics();
        using var worker = new Worker(store, new VipsCodec(), new ModelChooser(new ModelFolders(_models)), new EngineSupply(engine.Name, () => engine.Open(_ => { })),
            new WorkerOptions { MemoryBytes = 1 << 30, Threads = 1 }, metrics, TimeProvider.System, NullLogger<Worker>.Instance);
        using var thread = new WorkerThread(worker, NullLogger<WorkerThread>.Instance);
        await Settled();
        thread.Stop();
        Assert.True(await thread.Ended);
    }

    /// <summary>Is heard of as a worker that does nothing, so that times are promised: as between two looks of a worker.</summary>
    internal IDisposable RestAsWorker() => new Timer(_ => Store.Hello("rests"), null, TimeSpan.Zero, TimeSpan.FromSeconds(0.5));

    /// <summary>Waits until all that was sent is answered and told.</summary>
    internal Task Settled() => Until(() => Server.WaitingUpdates == 0 && Data.Updates.Waiting == 0 && Data.Statuses.Open().Count == 0, "all is answered and told");

    /// <summary>What the bot keeps.</summary>
    internal BotData Data => _data ??= BotData.Open(Store, long.Parse(Server.Token.Split(':')[0], CultureInfo.InvariantCulture));

    /// <summary>Waits until something is so.</summary>
    internal async Task Until(Func<bool> isSo, string what)
    {
        var until = DateTime.UtcNow + Patience;
        while (!isSo())
        {
            Assert.True(DateTime.UtcNow < until, $"waited in vain until {what}; the chats:\n{Server.Screens()}\nthe bot said:\n{Said}\n{string.Join('\n', Server.Calls.TakeLast(12))}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        if (_store.IsValueCreated) Store.Dispose();
        await Server.DisposeAsync();
        _here.Dispose();
    }
}
