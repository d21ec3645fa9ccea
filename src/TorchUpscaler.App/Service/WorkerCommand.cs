using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary><c>torchupscaler worker</c>: takes jobs from a store and does them, until it is stopped.</summary>
/// <param name="codec">Reads and writes the pictures.</param>
/// <param name="settings">All settings.</param>
internal sealed partial class WorkerCommand(IPictureCodec codec, ServiceSettings settings)
{
    /// <summary>The time between a signal and the end: what is held is finished or handed back within it.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(9);

    /// <summary>Works until it is stopped.</summary>
    /// <param name="stop">Cancelled by a signal.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">A setting, the store or the address was refused. Nothing has been begun.</exception>
    internal async Task<int> Run(CancellationToken stop)
    {
        var engine = Engines.Of(settings.Engine);
        using var store = settings.OpenStore();
        using var logs = OperatorLog.Create(settings);
        var log = logs.CreateLogger<WorkerCommand>();
        using var metrics = new QueueMetrics();
        using var worker = new Worker(store, codec, settings.Chooser(), engine.Supply(log), settings.Worker, metrics,
            TimeProvider.System, logs.CreateLogger<Worker>());
        var look = new StoreLook(store, TimeProvider.System);
        using var page = new MetricsPage(look);
        await using var monitoring = new Monitoring(new Health(() => worker.Problem, store, look), page, logs);
        if (settings.Listen is { } address) await monitoring.Start(address);

        var memory = MemorySize.Format(settings.Worker.MemoryBytes);
        Works(log, store.Description, store.Owner, engine.Name, settings.Worker.Threads, memory);
        await using var housekeeper = new Housekeeper(store, metrics, logs.CreateLogger<Housekeeper>());
        housekeeper.Start();
        using var thread = new WorkerThread(worker, logs.CreateLogger<WorkerThread>());
        using var stopping = stop.Register(() => { Stops(log); thread.Stop(); });
        var wasToldTo = await thread.Ended;
        Stopped(log);
        return wasToldTo ? ExitCodes.Done : ExitCodes.Failed;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Works on {Store} as {Owner}: engine {Engine}, {Threads} threads, {Memory} of memory")]
    private static partial void Works(ILogger log, string store, string owner, string engine, int threads, string memory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Told to stop; what is nearly done is finished, the rest goes back to the queue")]
    private static partial void Stops(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopped")]
    private static partial void Stopped(ILogger log);
}
