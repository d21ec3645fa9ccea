using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>The commands that everybody has, in a private chat.</summary>
internal sealed class Commands(TalkTools tools, SettingsDialog settings, OwnPictures pictures)
{
    private const string ExampleFlag = "example";

    /// <summary>Does a command.</summary>
    internal Task Do(Call call, Message message, Guest guest) => call.Command switch
    {
        "start" => Start(message, guest),
        "help" => tools.Replies.Say(message, guest, Help(guest)),
        "settings" => settings.Show(message, guest),
        "queue" => pictures.Show(message, guest),
        "cancel" => pictures.Cancel(message, guest),
        "privacy" => tools.Replies.Say(message, guest, Privacy(guest)),
        "delete" => tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.DeleteAsk), InlineKeyboard.Row(
            Buttons.Of(guest.Speech.Plain(TextKey.ButtonDelete), new ButtonData(ButtonKind.Delete, ButtonData.Yes)),
            Buttons.Of(guest.Speech.Plain(TextKey.ButtonKeep), new ButtonData(ButtonKind.Delete, ButtonData.No)))),
        "upscale" => tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.SendMeAPicture)),
        _ => tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.UnknownCommand)),
    };

    // What the bot does is shown, where the picture is there.
    private async Task Start(Message message, Guest guest)
    {
        var text = guest.Speech.Say(TextKey.Start, ("scale", guest.Person.Scale ?? tools.Options.Scale));
        if (!await SendExample(message.Chat.Id, text + "\n\n" + guest.Speech.Say(TextKey.StartExample), guest.Leave).ConfigureAwait(false))
            await tools.Replies.Say(message, guest, text).ConfigureAwait(false);
    }

    private async Task<bool> SendExample(long chat, FormattedText caption, CancellationToken leave)
    {
        if (tools.Options.Example is not { } path) return false;
        // Sent once, Telegram has it; a file that it no longer knows is sent anew.
        if (tools.Data.Flags.Get(ExampleFlag) is { } known && await Sent(OutgoingFile.Known(known)).ConfigureAwait(false) is not null) return true;
        if (!File.Exists(path)) return false;
        if (await Sent(OutgoingFile.At(path, Path.GetFileName(path))).ConfigureAwait(false) is not { } sent) return false;
        if (sent.LargestPhoto is { } photo) tools.Data.Flags.Set(ExampleFlag, photo.FileId);
        return true;

        Task<Message?> Sent(OutgoingFile file) => tools.Replies.SendPhoto(chat, file, caption, leave);
    }

    private FormattedText Privacy(Guest guest) => guest.Speech.Say(TextKey.Privacy, ("id", guest.Id), ("time", guest.Speech.Period(tools.Store.Options.KeepPictures)),
        ("rows", guest.Speech.Period(tools.Store.Options.KeepRows)), ("sent", guest.Speech.Period(tools.Data.KeepSent)), ("updates", guest.Speech.Period(BotData.KeepUpdates)));

    private FormattedText Help(Guest guest)
    {
        var help = guest.Speech.Say(TextKey.Help, ("formats", tools.Options.Terms.Formats), ("size", guest.Speech.Size(tools.Options.Terms.LargestFetch)));
        return guest.IsAdmin ? help + "\n\n" + guest.Speech.Say(TextKey.HelpAdmin) : help;
    }
}
