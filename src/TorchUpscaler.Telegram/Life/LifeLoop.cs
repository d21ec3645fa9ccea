using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Fetches, shows, delivers: looks whenever the store has changed.</summary>
/// <param name="tools">What it works with.</param>
/// <param name="options">How the bot works.</param>
/// <param name="claims">The claims that this process holds.</param>
/// <param name="files">Results as files that Telegram takes.</param>
/// <param name="log">For the operator.</param>
internal sealed partial class LifeLoop(BotTools tools, BotOptions options, HeldClaims claims, ResultFiles files, ILogger<LifeLoop> log)
{
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250); // between two looks at least: every commit wakes
    private static readonly TimeSpan OutageRest = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Task, bool> _fetches = [], _others = [];
    private readonly LifeOptions _options = options.Life;
    private string? _said;

    /// <summary>Looks until it is stopped; what is under way then has some seconds to end.</summary>
    internal async Task Run(CancellationToken stop)
    {
        var (logs, clock) = (tools.Logs, tools.Clock);
        var delivery = new Delivery(tools.Store, tools.Data, tools.Sender, files, _options, claims, tools.Metrics, clock, logs.CreateLogger<Delivery>());
        var fetcher = new Fetcher(tools.Api, tools.Store, tools.Check, _options, claims, tools.Metrics, logs.CreateLogger<Fetcher>());
        var desk = new DeliveryDesk(tools.Store, tools.Data, delivery, _options, claims, clock, logs.CreateLogger<DeliveryDesk>());
        var board = new StatusBoard(tools.Store, tools.Data, tools.Sender, new StatusView(_options), _options, clock, logs.CreateLogger<StatusBoard>());
        var outbox = new OutboxSender(tools.Data, tools.Sender, logs.CreateLogger<OutboxSender>());
        long seen = 0;
        var isOut = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                seen = await Task.Run(() => tools.Store.WaitForChange(seen, IdleWait, stop), CancellationToken.None).ConfigureAwait(false);
                await Task.Run(() => Look(fetcher, desk, board, outbox, stop), CancellationToken.None).ConfigureAwait(false);
                if (isOut) LogStoreIsBack();
                isOut = false;
                await Rest(Pace, stop).ConfigureAwait(false);
            }
            catch (StoreUnavailableException error)
            {
                if (!isOut) LogStoreIsOut(error.Message);
                isOut = true;
                await Rest(OutageRest, stop).ConfigureAwait(false);
            }
        }
        await Task.WhenAny(Task.WhenAll([.. _fetches.Keys, .. _others.Keys, board.WhenQuiet()]), Task.Delay(options.StopPatience, clock, CancellationToken.None)).ConfigureAwait(false);
    }

    private void Look(Fetcher fetcher, DeliveryDesk desk, StatusBoard board, OutboxSender outbox, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return;
        Guarded(() => Watch(fetcher.Begin(_options.Downloads - _fetches.Count, stop), _fetches));
        Guarded(() => Watch(desk.Begin(stop), _others));
        Guarded(() => Watch(outbox.Begin(), _others));
        Guarded(board.Look);
    }

    // What is wrong with one part must not keep the others from their work.
    private void Guarded(Action part)
    {
        try
        {
            part();
        }
#pragma warning disable CA1031 // whatever it is, it is said, and tried again at the next look
        catch (Exception error) when (error is not StoreUnavailableException)
#pragma warning restore CA1031
        {
            if (error.Message == _said) return;
            _said = error.Message;
            LogFailed(error);
        }
    }

    private static void Watch(IEnumerable<Task> begun, ConcurrentDictionary<Task, bool> tasks)
    {
        foreach (var task in begun)
        {
            tasks[task] = true;
            task.ContinueWith(done => tasks.TryRemove(done, out _), TaskScheduler.Default);
        }
    }

    private Task Rest(TimeSpan time, CancellationToken stop) =>
        Task.Delay(time, tools.Clock, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    [LoggerMessage(LogLevel.Warning, "The store does not answer; photos wait until it does: {Reason}")]
    private partial void LogStoreIsOut(string reason);

    [LoggerMessage(LogLevel.Information, "The store answers again")]
    private partial void LogStoreIsBack();

    [LoggerMessage(LogLevel.Error, "A part of the bot failed and is tried again; please report this")]
    private partial void LogFailed(Exception error);
}
