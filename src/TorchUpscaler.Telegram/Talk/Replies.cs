using System.Collections.Concurrent;
using System.Globalization;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What the bot says in answer to somebody. Where it can never be heard (they have blocked the bot, the message is gone), that is no failure.</summary>
internal sealed class Replies(SendScheduler sender, BotData data, TimeProvider clock)
{
    private const int MostRemembered = 1000; // refusals
    private static readonly TimeSpan s_oneRefusal = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<long, (string Kind, long At)> _refused = [];

    /// <summary>Answers a message, in a group by a reply to it.</summary>
    internal Task Say(Message to, Guest guest, FormattedText text, InlineKeyboard? keyboard = null, bool isReply = false)
    {
        _refused.TryRemove(to.Chat.Id, out _);
        return Send(to, guest, text, keyboard, isReply);
    }

    /// <summary>
    /// Refuses what a message asks for. Of many that come at once and are refused for one reason, the first is answered: who sends a
    /// hundred pictures too many does not wait for a hundred answers, one a second, before anything else is heard.
    /// </summary>
    /// <param name="to">The message.</param>
    /// <param name="guest">Whose it is.</param>
    /// <param name="reason">The same for all that are refused so.</param>
    /// <param name="text">The answer.</param>
    internal async Task Refuse(Message to, Guest guest, string reason, FormattedText text)
    {
        var kind = string.Create(CultureInfo.InvariantCulture, $"{guest.Id} {reason}");
        if (_refused.TryGetValue(to.Chat.Id, out var last) && last.Kind == kind && clock.GetElapsedTime(last.At) < s_oneRefusal) return;
        await Send(to, guest, text, keyboard: null, isReply: true).ConfigureAwait(false);
        if (_refused.Count >= MostRemembered) _refused.Clear();
        _refused[to.Chat.Id] = (kind, clock.GetTimestamp());
    }

    private Task<Message?> Send(Message to, Guest guest, FormattedText text, InlineKeyboard? keyboard, bool isReply)
    {
        var answer = new TextMessage
        {
            Chat = to.Chat.Id,
            Thread = to.Topic,
            ReplyTo = isReply || !to.Chat.IsPrivate ? to.MessageId : null,
            Text = text,
            Keyboard = keyboard,
        };
        return Try(answer.Chat, chat => sender.SendMessage(answer with { Chat = chat }, SendPriority.Urgent, guest.Leave));
    }

    /// <summary>Sends a photo.</summary>
    /// <returns>The sent message; null where it cannot be sent so, now or ever.</returns>
    internal Task<Message?> SendPhoto(long chat, OutgoingFile photo, FormattedText caption, CancellationToken leave) => Try(chat, to =>
        sender.SendPhoto(new FileMessage { Chat = to, File = photo, Caption = caption }, SendPriority.Urgent, leave));

    /// <summary>Changes one of the bot's own messages.</summary>
    internal Task Edit(MessageRef message, FormattedText text, InlineKeyboard? keyboard, CancellationToken leave) =>
        Try(message.Chat, chat => sender.EditMessageText(new TextEdit(message with { Chat = chat }, text, keyboard), SendPriority.Urgent, leave));

    /// <summary>Takes a button of one of the bot's own messages away.</summary>
    internal Task RemoveButton(Message message, string data, CancellationToken leave)
    {
        var rows = message.Keyboard?.Rows.Select(row => (IReadOnlyList<InlineButton>)[.. row.Where(button => button.Data != data)]).Where(row => row.Count > 0).ToList();
        return SetButtons(message.Ref, rows is { Count: > 0 } ? new InlineKeyboard(rows) : null, leave);
    }

    private Task<bool> SetButtons(MessageRef message, InlineKeyboard? keyboard, CancellationToken leave) =>
        Try(message.Chat, chat => sender.EditMessageReplyMarkup(message with { Chat = chat }, keyboard, SendPriority.Urgent, leave));

    /// <summary>Answers a pressed button, with a note or without.</summary>
    internal Task Answer(CallbackQuery query, Guest guest, string? note = null, bool isAlert = false) =>
        Try(query.From.Id, _ => Done(sender.AnswerCallbackQuery(new CallbackAnswer(query.Id, note, isAlert), guest.Leave)));

    private async Task<T?> Try<T>(long chat, Func<long, Task<T>> call, bool hasMoved = false)
    {
        try
        {
            return await call(chat).ConfigureAwait(false);
        }
        catch (BotApiException error) when (error is { Error: BotError.Migrated, MigratedTo: { } moved } && !hasMoved)
        {
            data.MoveChat(chat, moved);
            return await Try(moved, call, hasMoved: true).ConfigureAwait(false);
        }
        catch (BotApiException error) when (error.Error == BotError.Blocked && chat > 0)
        {
            data.People.SetBlocked(chat, true);
            return default;
        }
        catch (BotApiException error) when (IsInVain(error))
        {
            return default;
        }
    }

    // Nothing would change that, or nobody should wait for it: who sends more than can be answered gets fewer answers.
    private static bool IsInVain(BotApiException error) => !error.IsTransient || error.Error == BotError.QueueFull;

    private static async Task<bool> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
