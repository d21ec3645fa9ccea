using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>The settings: a message with buttons that changes in place.</summary>
internal sealed class SettingsDialog(TalkTools tools)
{
    private const string MainPage = "main", ModelPage = "model", ClosedPage = "done";
    private const string ScaleName = "scale", ModelName = "model", ReplyName = "reply", FormatName = "format", LanguageName = "lang";
    private const string BestModel = "*"; // no file is called so
    private const int MostModels = 24, ModelsInRow = 2;

    /// <summary>Shows the settings.</summary>
    internal Task Show(Message message, Guest guest) => tools.Replies.Say(message, guest, MainText(guest), MainKeyboard(guest));

    /// <summary>Turns to a page.</summary>
    internal async Task Turn(CallbackQuery query, MessageRef message, string page, Guest guest)
    {
        var (text, keyboard) = page switch
        {
            MainPage => (MainText(guest), MainKeyboard(guest)),
            ModelPage => (guest.Speech.Say(TextKey.ModelPage), ModelKeyboard(guest)),
            ClosedPage => (ClosedText(guest), null),
            _ => (FormattedText.Empty, null),
        };
        var isKnown = text.Text.Length > 0;
        await tools.Replies.Answer(query, guest, isKnown ? null : guest.Speech.Plain(TextKey.NoteOldButton)).ConfigureAwait(false);
        if (isKnown) await tools.Replies.Edit(message, text, keyboard, guest.Leave).ConfigureAwait(false);
    }

    /// <summary>Takes over a choice and shows it.</summary>
    internal async Task Choose(CallbackQuery query, MessageRef message, string name, string value, Guest guest)
    {
        if (name == ModelName && value != BestModel && !Models().Contains(value))
        {
            await tools.Replies.Answer(query, guest, guest.Speech.Plain(TextKey.NoteModelGone)).ConfigureAwait(false);
            return;
        }
        if (Chosen(guest.Person, name, value) is not { } person)
        {
            await tools.Replies.Answer(query, guest, guest.Speech.Plain(TextKey.NoteOldButton)).ConfigureAwait(false);
            return;
        }
        tools.Data.People.Set(person);
        var changed = guest with { Person = person };
        await tools.Replies.Answer(query, guest, changed.Speech.Plain(TextKey.NoteSaved)).ConfigureAwait(false);
        await tools.Replies.Edit(message, MainText(changed), MainKeyboard(changed), guest.Leave).ConfigureAwait(false);
    }

    private static Person? Chosen(Person person, string name, string value) => name switch
    {
        ScaleName when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && Wishes.Scales.Contains(scale) => person with { Scale = scale },
        ModelName => person with { Model = value == BestModel ? null : value },
        ReplyName when Named<ReplyAs>(value) is { } replyAs => person with { ReplyAs = replyAs },
        FormatName when Named<PictureFormat>(value) is { } format && Wishes.Formats.Contains(format) => person with { Format = format },
        LanguageName when value is "en" or "ru" => person with { Language = value },
        _ => null,
    };

    // Enum.TryParse takes numbers and lists, too.
    private static T? Named<T>(string value) where T : struct, Enum =>
        Enum.GetNames<T>().Contains(value) ? Enum.Parse<T>(value) : null;

    private FormattedText MainText(Guest guest) => guest.Speech.Say(TextKey.Settings, ("scale", ScaleOf(guest)), ("model", ModelText(guest)),
        ("replyAs", ReplyText(guest)), ("format", PictureFormats.Name(FormatOf(guest))), ("language", NameOf(guest.Speech.Language)));

    private FormattedText ClosedText(Guest guest) => guest.Speech.Say(TextKey.SettingsClosed,
        ("scale", ScaleOf(guest)), ("model", ModelText(guest)), ("replyAs", ReplyText(guest)), ("format", PictureFormats.Name(FormatOf(guest))));

    private InlineKeyboard MainKeyboard(Guest guest)
    {
        var speech = guest.Speech;
        return new InlineKeyboard(
        [
            [.. Wishes.Scales.Select(scale => Choice(speech, $"×{Digits(scale)}", ScaleName, Digits(scale), scale == ScaleOf(guest)))],
            [Buttons.Of(speech.Plain(TextKey.ButtonModel, ("model", ModelText(guest))), new ButtonData(ButtonKind.Page, ModelPage))],
            [
                Choice(speech, speech.Plain(TextKey.ButtonFile), ReplyName, nameof(ReplyAs.Document), guest.Person.ReplyAs == ReplyAs.Document),
                Choice(speech, speech.Plain(TextKey.ButtonPhoto), ReplyName, nameof(ReplyAs.Photo), guest.Person.ReplyAs == ReplyAs.Photo),
                Choice(speech, speech.Plain(TextKey.ButtonBoth), ReplyName, nameof(ReplyAs.Both), guest.Person.ReplyAs == ReplyAs.Both),
            ],
            [.. Wishes.Formats.Select(format => Choice(speech, PictureFormats.Name(format), FormatName, format.ToString(), format == FormatOf(guest)))],
            [.. Enum.GetValues<Language>().Select(other => Choice(speech, NameOf(other), LanguageName, Languages.Code(other), other == speech.Language))],
            [Buttons.Of(speech.Plain(TextKey.ButtonDone), new ButtonData(ButtonKind.Page, ClosedPage))],
        ]);
    }

    private InlineKeyboard ModelKeyboard(Guest guest)
    {
        var speech = guest.Speech;
        var best = Choice(speech, speech.Plain(TextKey.ButtonModelBest), ModelName, BestModel, guest.Person.Model is null);
        var models = Models().Select(model => Choice(speech, model, ModelName, model, model == guest.Person.Model));
        return new InlineKeyboard(
        [
            [best],
            .. models.Chunk(ModelsInRow),
            [Buttons.Of(speech.Plain(TextKey.ButtonBack), new ButtonData(ButtonKind.Page, MainPage))],
        ]);
    }

    private static InlineButton Choice(Speech speech, string text, string name, string value, bool isChosen) =>
        Buttons.Of(isChosen ? speech.Plain(TextKey.ButtonChosen, ("choice", text)) : text, new ButtonData(ButtonKind.Choose, name, value));

    // Those whose names fit on a button.
    private IReadOnlyList<string> Models() =>
        [.. tools.Options.Models().Where(model => model.Length > 0 && new ButtonData(ButtonKind.Choose, ModelName, model).Fits).Take(MostModels)];

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(Language language) => Speech.In(language).Plain(TextKey.LanguageName);

    private int ScaleOf(Guest guest) => guest.Person.Scale ?? tools.Options.Scale;

    private static PictureFormat FormatOf(Guest guest) => guest.Person.Format ?? PictureFormat.Png;

    private static string ModelText(Guest guest) => guest.Person.Model ?? guest.Speech.Plain(TextKey.ModelBest);

    private static string ReplyText(Guest guest) => guest.Speech.Plain(guest.Person.ReplyAs switch
    {
        ReplyAs.Photo => TextKey.ReplyAsPhoto,
        ReplyAs.Both => TextKey.ReplyAsBoth,
        _ => TextKey.ReplyAsFile,
    });
}
