using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>How an administrator sends a text to everyone: it is asked for once more before.</summary>
internal sealed class BroadcastDialog(TalkTools tools)
{
    // What a person has marked; what Telegram itself marks (addresses, mentions), it marks again.
    private static readonly string[] s_marks = ["bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "blockquote"];

    /// <summary>Asks. The question answers the message with the text, so that the text is there when the button is pressed.</summary>
    internal Task Ask(Call call, Message message, Guest guest)
    {
        var source = call.Arguments.Length > 0 ? message : message.ReplyToMessage;
        if (!message.Chat.IsPrivate || source is null) return tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.AdminBroadcastHow));
        if (TextOf(source) is null) return tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.AdminBroadcastTextOnly));
        var question = guest.Speech.Say(TextKey.AdminBroadcastAsk, ("count", Reachable()));
        return tools.Replies.Say(source, guest, question, InlineKeyboard.Row(
            Buttons.Of(guest.Speech.Plain(TextKey.ButtonBroadcast), new ButtonData(ButtonKind.Broadcast, ButtonData.Yes)),
            Buttons.Of(guest.Speech.Plain(TextKey.ButtonBroadcastNot), new ButtonData(ButtonKind.Broadcast, ButtonData.No))), isReply: true);
    }

    /// <summary>Sends it, or does not.</summary>
    internal async Task Answer(CallbackQuery query, Message question, string answer, Guest guest)
    {
        await tools.Replies.Answer(query, guest).ConfigureAwait(false);
        await tools.Replies.Edit(question.Ref, Answered(question, answer, guest), null, guest.Leave).ConfigureAwait(false);
    }

    private FormattedText Answered(Message question, string answer, Guest guest)
    {
        if (answer != ButtonData.Yes) return guest.Speech.Say(TextKey.AdminBroadcastNot);
        if (question.ReplyToMessage is not { } source || TextOf(source) is not { } text) return guest.Speech.Say(TextKey.AdminBroadcastGone);
        return Broadcasts.Begin(tools.Data, text, question.Ref, guest.Speech.Language, guest.Leave) is { } count
            ? guest.Speech.Say(TextKey.AdminBroadcastStarted, ("count", count))
            : guest.Speech.Say(TextKey.AdminBroadcastBusy, ("left", Broadcasts.LeftOf(tools.Data) ?? 0));
    }

    /// <summary>The text to send: what stands behind the command, or a whole message.</summary>
    private FormattedText? TextOf(Message message)
    {
        if (message.Text is not { } text) return null;
        var from = Call.In(message, tools.Username) is { Command: "broadcast" } call ? call.Offset : 0;
        var cut = text[from..].TrimEnd();
        if (cut.Length == 0) return null;
        var marks = (message.Entities ?? []).Where(entity => s_marks.Contains(entity.Type, StringComparer.Ordinal)).Select(entity => entity with { Offset = entity.Offset - from });
        return new FormattedText(cut, [.. marks.Where(mark => mark.In(cut).Length > 0)]);
    }

    private long Reachable()
    {
        long last = 0, count = 0;
        while (tools.Data.People.Reachable(last, 500) is { Count: > 0 } people)
        {
            count += people.Count;
            last = people[^1].Id;
        }
        return count;
    }
}
