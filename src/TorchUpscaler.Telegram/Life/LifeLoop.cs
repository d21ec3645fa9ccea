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
    private readonly Dictionary<string, string> _said = []; // by the part

    /// <summary>Looks until it is stopped; what is under way then has some seconds to end.</summary>
    /// <exception cref="Api.BotApiException">The token is good no more.</exception>
    internal async Task Run(CancellationToken stop)
    {
        var (logs, clock) = (tools.Logs, tools.Clock);
        var delivery = new Delivery(tools.Store, tools.Data, tools.Sender, files, _options, claims, tools.Metrics, clock, logs.CreateLogger<Delivery>());
        using var fetcher = new Fetcher(tools.Api, tools.Store, tools.Check, _options, claims, tools.Metrics, clock, logs.CreateLogger<Fetcher>());
        var desk = new DeliveryDesk(tools.Store, tools.Data, delivery, _options, claims, logs.CreateLogger<DeliveryDesk>());
        var board = new StatusBoard(tools.Store, tools.Data, tools.Sender, new StatusView(_options), _options, clock, logs.CreateLogger<StatusBoard>());
        var outbox = new OutboxSender(tools.Data, tools.Sender, logs.CreateLogger<OutboxSender>());
        long seen = 0;
        var isOut = false;
        // Whichever call says so: with a webhook none is sure to be made.
        while (!stop.IsCancellationRequested && (tools.Sender.TokenRefused ?? fetcher.TokenRefused) is null)
        {
            try
            {
                seen = await Task.Run(() => tools.Store.WaitForChange(seen, IdleWait, stop), CancellationToken.None).ConfigureAwait(false);
                await Task.Run(() => Look(fetcher, desk, board, outbox, stop), CancellationToken.None).ConfigureAwait(false);
                if (isOut) LogStoreIsBack();
                isOut = false;
                await clock.Rest(Pace, stop).ConfigureAwait(false);
            }
            catch (StoreUnavailableException error)
            {
                if (!isOut) LogStoreIsOut(error.Message);
                isOut = true;
                await clock.Rest(OutageRest, stop).ConfigureAwait(false);
            }
        }
        await Task.WhenAny(Task.WhenAll([.. _fetches.Keys, .. _others.Keys, board.WhenQuiet()]), Task.Delay(options.StopPatience, clock, CancellationToken.None)).ConfigureAwait(false);
        if (!stop.IsCancellationRequested && (tools.Sender.TokenRefused ?? fetcher.TokenRefused) is { } refused) throw refused;
    }

    private void Look(Fetcher fetcher, DeliveryDesk desk, StatusBoard board, OutboxSender outbox, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return;
        Guarded("fetching", () => Watch(fetcher.Begin(_options.Downloads - _fetches.Count, stop), _fetches));
        Guarded("delivery", () => Watch(desk.Begin(stop), _others));
        Guarded("outbox", () => Watch(outbox.Begin(), _others));
        Guarded("status messages", board.Look);
    }

    // What is wrong with one part must not keep the others from their work.
    private void Guarded(string part, Action look)
    {
        try
        {
            look();
            _said.Remove(part);
        }
#pragma warning disable CA1031 // whatever it is, it is said, and tried again at the next look
        catch (Exception error) when (error is not StoreUnavailableException)
#pragma warning restore CA1031
        {
            if (error.Message == _said.GetValueOrDefault(part)) return;
            _said[part] = error.Message;
            LogFailed(part, error);
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

    [LoggerMessage(LogLevel.Warning, "The store does not answer; photos wait until it does: {Reason}")]
    private partial void LogStoreIsOut(string reason);

    [LoggerMessage(LogLevel.Information, "The store answers again")]
    private partial void LogStoreIsBack();

    [LoggerMessage(LogLevel.Error, "A part of the bot ({Part}) failed and is tried again; please report this")]
    private partial void LogFailed(string part, Exception error);
}
