using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Sends the texts of the outbox until they have arrived, or it is sure that they never can.</summary>
internal sealed partial class OutboxSender(BotData data, SendScheduler sender, ILogger<OutboxSender> log)
{
    private const int AtATime = 30;
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<long, bool> _going = [];

    /// <summary>Takes what is due, as far as there is room.</summary>
    /// <returns>The sends that it has begun.</returns>
    internal IReadOnlyList<Task> Begin()
    {
        if (_going.Count >= AtATime) return [];
        return [.. data.Outbox.Due(AtATime + _going.Count).Where(text => _going.Count < AtATime && _going.TryAdd(text.Id, true)).Select(text => Send(text)).ToList()];
    }

    private async Task Send(OutboxText text)
    {
        await Task.Yield();
        try
        {
            if (text.Read() is not { } message)
            {
                data.Outbox.Drop(text.Id);
                return;
            }
            await sender.SendMessage(message, text.Priority, CancellationToken.None).ConfigureAwait(false);
            data.Outbox.Sent(text.Id);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        catch (StoreUnavailableException)
        {
            // Sent again: twice is better than never.
        }
        catch (BotApiException error)
        {
            Refused(text, error);
        }
#pragma warning disable CA1031 // one text that breaks something must not come back for ever
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogDropped(text.Id, error);
            data.Outbox.Drop(text.Id);
        }
        finally
        {
            _going.TryRemove(text.Id, out _);
        }
    }

    private void Refused(OutboxText text, BotApiException error)
    {
        try
        {
            if (error.Error == BotError.Blocked && text.Chat > 0) data.People.SetBlocked(text.Chat, true);
            if (error.IsTransient || error.MayHaveHappened) data.Outbox.Rest(text.Id, error.Rest(text.Attempts + 1, FirstRest, LongestRest));
            else data.Outbox.Drop(text.Id);
        }
        catch (StoreUnavailableException)
        {
            LogLater(error.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "Text {Text} cannot be sent and is dropped")]
    private partial void LogDropped(long text, Exception error);

    [LoggerMessage(LogLevel.Warning, "A text is sent later: {Reason}")]
    private partial void LogLater(string reason);
}
