using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What somebody is told whose message could not be handled.</summary>
internal static class Regrets
{
    /// <summary>The text; null where nobody waits for one: in groups it is not sure that the bot was meant.</summary>
    internal static TextMessage? For(Update update, BotData data)
    {
        var message = update.Message ?? update.CallbackQuery?.Message;
        if (message is not { Chat.IsPrivate: true } || (update.Message?.From ?? update.CallbackQuery?.From) is not { IsBot: false } person) return null;
        var known = data.People.Find(person.Id);
        return known is { IsBanned: true } ? null : new TextMessage
        {
            Chat = message.Chat.Id,
            ReplyTo = update.Message?.MessageId,
            Text = Speech.In(Languages.Of(known?.Language ?? person.LanguageCode)).Say(TextKey.NotHandled),
        };
    }
}
