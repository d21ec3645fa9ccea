using System.Globalization;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>A text that is sent to everyone: through the outbox, behind all else. One at a time.</summary>
/// <param name="data">What the bot keeps.</param>
/// <param name="sender">Says how far it is.</param>
public sealed class Broadcasts(BotData data, SendScheduler sender)
{
    private const string Flag = "broadcast";
    private const int Page = 500;

    private readonly Replies _replies = new(sender, data, TimeProvider.System);
    private FormattedText? _lastTold;

    /// <summary>How many are still to get the text that is being sent; null where none is.</summary>
    internal static long? LeftOf(BotData data) => Broadcast.Read(data.Flags.Get(Flag)) is { } broadcast ? data.Outbox.Count(broadcast.Topic).Waiting : null;

    /// <summary>Sends a text to all who may be written to. May be begun again after a crash: nobody gets it twice.</summary>
    /// <param name="data">What the bot keeps.</param>
    /// <param name="text">The text.</param>
    /// <param name="progress">The message that tells how far it is; each text has one of its own.</param>
    /// <param name="language">Its language.</param>
    /// <param name="cancellation">Stops; begun again, it goes on.</param>
    /// <returns>How many get it; null where another text is being sent.</returns>
    internal static long? Begin(BotData data, FormattedText text, MessageRef progress, Language language, CancellationToken cancellation)
    {
        var broadcast = new Broadcast(progress, language);
        if (Broadcast.Read(data.Flags.Get(Flag)) is { } other && other.Topic != broadcast.Topic) return null;
        long last = 0, count = 0;
        while (data.People.Reachable(last, Page) is { Count: > 0 } people)
        {
            cancellation.ThrowIfCancellationRequested();
            var messages = people.Select(person => (KeyOf(broadcast, person), new TextMessage { Chat = person.Id, Text = text }));
            data.Outbox.Add(messages, broadcast.Topic, SendPriority.Broadcast);
            count += people.Count;
            last = people[^1].Id;
        }
        data.Flags.Set(Flag, broadcast.ToString());
        return count;
    }

    /// <summary>Tells how far the text is that is being sent, where one is. To be called from time to time.</summary>
    /// <param name="leave">The process is to end.</param>
    public async Task TellProgress(CancellationToken leave)
    {
        if (Broadcast.Read(data.Flags.Get(Flag)) is not { } broadcast) return;
        var (waiting, sent, dropped) = data.Outbox.Count(broadcast.Topic);
        var text = Speech.In(broadcast.Language).Say(waiting > 0 ? TextKey.AdminBroadcastProgress : TextKey.AdminBroadcastDone,
            ("sent", sent), ("count", waiting + sent + dropped), ("lost", dropped));
        if (text.Equals(_lastTold)) return;
        await _replies.Edit(broadcast.Progress, text, null, leave).ConfigureAwait(false);
        _lastTold = waiting > 0 ? text : null;
        if (waiting == 0) data.Flags.Set(Flag, null);
    }

    private static string KeyOf(Broadcast broadcast, Person person) => string.Create(CultureInfo.InvariantCulture, $"{broadcast.Topic}/{person.Id}");

    /// <summary>A text that is being sent, as it is kept.</summary>
    private sealed record Broadcast(MessageRef Progress, Language Language)
    {
        internal string Topic { get; } = string.Create(CultureInfo.InvariantCulture, $"broadcast/{Progress.Chat}/{Progress.Id}");

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Progress.Chat} {Progress.Id} {Languages.Code(Language)}");

        internal static Broadcast? Read(string? text) =>
            text?.Split(' ') is [var chat, var id, var language]
                && long.TryParse(chat, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var chatNumber)
                && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Broadcast(new MessageRef(chatNumber, number), Languages.Of(language)) : null;
    }
}
