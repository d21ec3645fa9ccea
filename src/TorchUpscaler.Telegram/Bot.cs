using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Intake;
using TorchUpscaler.Telegram.Life;

namespace TorchUpscaler.Telegram;

/// <summary>
/// The bot at work: takes updates, has them handled, fetches pictures, keeps the status messages true, delivers results. All that it
/// knows is in the store, so that it can end at any moment and go on later.
/// </summary>
/// <param name="options">How it works.</param>
/// <param name="tools">What it works with; stays the caller's.</param>
/// <param name="handle">The conversation.</param>
/// <param name="chores">What is done every few seconds beside all that, each by itself, such as telling how far a broadcast is.</param>
public sealed partial class Bot(BotOptions options, BotTools tools, UpdateHandler handle, IReadOnlyList<Func<CancellationToken, Task>> chores) : IDisposable
{
    private static readonly TimeSpan OutageRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ChoresEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private readonly ILogger _log = tools.Logs.CreateLogger<Bot>();
    private volatile string? _problem = "the bot is being started";
    private volatile Poller? _poller;

    /// <summary>What came from Telegram; for a webhook.</summary>
    public UpdateInbox Inbox { get; } = new(tools.Data);

    /// <summary>What keeps it from working, for the operator, or null.</summary>
    public string? Problem => _problem ?? _poller?.Problem;

    /// <summary>Works until it is stopped; begins when no other process talks for the bot.</summary>
    /// <param name="begun">Called when this process talks for the bot from now on; may take its time.</param>
    /// <param name="stop">The process is to end.</param>
    /// <exception cref="BotApiException">The token is good no more.</exception>
    public async Task Run(Func<CancellationToken, Task> begun, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(begun);
        while (!stop.IsCancellationRequested)
        {
            if (!await TakeTurn(stop).ConfigureAwait(false)) return;
            using var talking = CancellationTokenSource.CreateLinkedTokenSource(stop);
            try
            {
                _problem = null;
                await Talk(begun, talking).ConfigureAwait(false);
            }
            finally
            {
                _problem = "the bot does not talk";
                EndTurn();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Inbox.Dispose();

    private async Task Talk(Func<CancellationToken, Task> begun, CancellationTokenSource talking)
    {
        var stop = talking.Token;
        using var claims = new HeldClaims(tools.Store, tools.Clock, tools.Logs.CreateLogger<HeldClaims>());
        using var stopping = stop.Register(() => _ = Task.Run(claims.BeginStopping, CancellationToken.None));
        using var files = new ResultFiles(tools.Codec, tools.Store, options.Life);
        using var dispatcher = new Dispatcher(tools.Data, Inbox, handle, options.Intake, tools.Metrics, tools.Clock, tools.Logs.CreateLogger<Dispatcher>());
        var poller = _poller = options.HasWebhook ? null : new Poller(tools.Api, Inbox, options.Intake, tools.Clock, tools.Logs.CreateLogger<Poller>());
        var life = new LifeLoop(tools, options, claims, files, tools.Logs.CreateLogger<LifeLoop>());
        Task[] loops =
        [
            poller?.Run(stop) ?? tools.Clock.Rest(Timeout.InfiniteTimeSpan, stop), dispatcher.Run(stop), life.Run(stop), Repeat(KeepTurn(talking), options.TurnLease / 3, stop),
            Repeat(Prune, PruneEvery, stop), Begin(begun, stop), .. chores.Select(chore => Repeat(() => chore(stop), ChoresEvery, stop)),
        ];
        try
        {
            // Whichever breaks, ends all: half a bot is worse than none, as nobody sees it.
            await Task.WhenAny(loops).ConfigureAwait(false);
        }
        finally
        {
            await talking.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(loops).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            claims.HandBackAll();
            _poller = null;
        }
        foreach (var loop in loops.Where(loop => loop.IsFaulted)) await loop.ConfigureAwait(false);
    }

    private async Task Begin(Func<CancellationToken, Task> begun, CancellationToken stop)
    {
        await begun(stop).ConfigureAwait(false);
        await tools.Clock.Rest(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(false);
    }

    // The second process of a bot waits here until the first one ends.
    private async Task<bool> TakeTurn(CancellationToken stop)
    {
        string? said = null;
        while (!stop.IsCancellationRequested)
        {
            var reason = await Task.Run(TryTurn, CancellationToken.None).ConfigureAwait(false);
            if (reason is null) return true;
            if (reason != said) LogWaits(reason);
            _problem = said = reason;
            await tools.Clock.Rest(OutageRest, stop).ConfigureAwait(false);
        }
        return false;
    }

    private string? TryTurn()
    {
        try
        {
            return tools.Data.Turn.Take(tools.Store.Owner, options.TurnLease, tools.Store.IsKnownDead) is { } holder ? $"{holder} talks for this bot; this process waits until it ends" : null;
        }
        catch (StoreUnavailableException error)
        {
            return error.Message;
        }
    }

    private Func<Task> KeepTurn(CancellationTokenSource talking) => async () =>
    {
        var holder = await Task.Run(() => tools.Data.Turn.Take(tools.Store.Owner, options.TurnLease, tools.Store.IsKnownDead)).ConfigureAwait(false);
        if (holder is null) return;
        LogTurnLost(holder);
        await talking.CancelAsync().ConfigureAwait(false);
    };

    private void EndTurn()
    {
        try
        {
            tools.Data.Turn.End(tools.Store.Owner);
        }
        catch (StoreUnavailableException)
        {
            // It ends by itself.
        }
    }

    private Task Prune() => Task.Run(tools.Data.Prune);

    private async Task Repeat(Func<Task> work, TimeSpan every, CancellationToken stop)
    {
        string? said = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work().ConfigureAwait(false);
                said = null;
            }
            catch (Exception error) when (error is StoreUnavailableException or BotApiException or OperationCanceledException)
            {
                if (!stop.IsCancellationRequested && said != error.Message) LogLater(error.Message);
                said = error.Message;
            }
#pragma warning disable CA1031 // a chore that fails must not end the bot
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (said != error.Message) LogFailed(error);
                said = error.Message;
            }
            await tools.Clock.Rest(every, stop).ConfigureAwait(false);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Not talking yet: {Reason}")]
    private partial void LogWaits(string reason);

    [LoggerMessage(LogLevel.Warning, "{Holder} has begun to talk for this bot; this process waits until it ends")]
    private partial void LogTurnLost(string holder);

    [LoggerMessage(LogLevel.Warning, "Something is done later: {Reason}")]
    private partial void LogLater(string reason);

    [LoggerMessage(LogLevel.Error, "A part of the bot failed and is tried again; please report this")]
    private partial void LogFailed(Exception error);
}
