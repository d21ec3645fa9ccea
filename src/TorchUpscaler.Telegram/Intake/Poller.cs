using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Intake;

/// <summary>Asks Telegram for updates, again and again. They are confirmed only after they have been stored.</summary>
internal sealed partial class Poller(IBotApi api, UpdateInbox inbox, IntakeOptions options, TimeProvider clock, ILogger<Poller> log)
{
    private const int AtATime = 100;

    private string? _trouble; // what was said last, so that it is said once
    private int _failures;

    /// <summary>What keeps it from getting updates, for the operator, or null.</summary>
    internal string? Problem => Volatile.Read(ref _trouble);

    /// <summary>Asks until it is stopped.</summary>
    /// <exception cref="BotApiException">The token is good no more.</exception>
    internal async Task Run(CancellationToken stop)
    {
        long offset = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var updates = await api.GetUpdates(offset, options.PollTime, AtATime, stop).ConfigureAwait(false);
                // What was confirmed is forgotten there, and after a quiet week numbers begin anew, perhaps below this offset.
                offset = updates.Count == 0 ? 0 : updates.Max(update => update.Id) + 1;
                await Store(updates, stop).ConfigureAwait(false);
                Works();
            }
            catch (BotApiException error) when (error.Error == BotError.WebhookIsSet)
            {
                LogWebhook();
                await TakeWebhookAway(stop).ConfigureAwait(false);
            }
            catch (BotApiException error) when (error.Error == BotError.Conflict)
            {
                Trouble("another process asks Telegram for this bot's updates; this one waits until it ends");
                await clock.Rest(options.ConflictRest, stop).ConfigureAwait(false);
            }
            catch (BotApiException error) when (error.Error != BotError.BadToken)
            {
                Trouble(error.Message);
                await clock.Rest(Back(error.RetryAfter), stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // Tried until it comes through: they are confirmed next.
    private async Task Store(IReadOnlyList<Update> updates, CancellationToken stop)
    {
        while (updates.Count > 0)
        {
            try
            {
                await inbox.Add(updates, stop).ConfigureAwait(false);
                return;
            }
            catch (StoreUnavailableException error)
            {
                Trouble(error.Message);
                await Task.Delay(Back(null), clock, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task TakeWebhookAway(CancellationToken stop)
    {
        try
        {
            await api.DeleteWebhook(stop).ConfigureAwait(false);
        }
        catch (BotApiException error) when (error.Error != BotError.BadToken)
        {
            Trouble(error.Message);
            await clock.Rest(Back(error.RetryAfter), stop).ConfigureAwait(false);
        }
    }

    private void Works()
    {
        _failures = 0;
        if (Interlocked.Exchange(ref _trouble, null) is not null) LogWorks();
    }

    private void Trouble(string reason)
    {
        if (Interlocked.Exchange(ref _trouble, reason) != reason) LogTrouble(reason);
    }

    private TimeSpan Back(TimeSpan? asked)
    {
        var rest = Waits.After(++_failures, options.FirstRest, options.LongestRest);
        return asked > rest ? asked.Value : rest;
    }

    [LoggerMessage(LogLevel.Warning, "No updates come: {Reason}")]
    private partial void LogTrouble(string reason);

    [LoggerMessage(LogLevel.Information, "Updates come again")]
    private partial void LogWorks();

    [LoggerMessage(LogLevel.Information, "A webhook was set; it is taken away, as updates are asked for")]
    private partial void LogWebhook();
}
