using System.Text.Json;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What the bot does with what people write: the one door through which updates come.</summary>
public sealed class Conversation
{
    // What a person sends for the bot to see, beside text and pictures; a service message of Telegram has none of them.
    private static readonly string[] s_otherKinds = ["audio", "contact", "dice", "location", "poll", "venue", "video_note", "voice"];

    // In whose place Telegram puts those who write in a group's or a channel's name.
    private static readonly string[] s_masks = ["GroupAnonymousBot", "Channel_Bot"];

    private readonly TalkTools _tools;
    private readonly PictureDesk _desk;
    private readonly Commands _commands;
    private readonly Administration _administration;
    private readonly Presses _presses;

    /// <param name="me">The bot itself.</param>
    /// <param name="store">Where jobs are handed in.</param>
    /// <param name="data">What the bot keeps.</param>
    /// <param name="sender">Says what is to be said.</param>
    /// <param name="options">Whom the bot serves.</param>
    /// <param name="repeat">Answers a picture that was made before.</param>
    /// <param name="clock">The clock of quotas.</param>
    public Conversation(User me, IJobStore store, BotData data, SendScheduler sender, TalkOptions options, AnswerRepeat repeat, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(me);
        _tools = new TalkTools(me, store, data, new Replies(sender, data, clock), options, clock);
        _desk = new PictureDesk(_tools, repeat);
        var settings = new SettingsDialog(_tools);
        var pictures = new OwnPictures(_tools);
        var broadcasts = new BroadcastDialog(_tools);
        _commands = new Commands(_tools, settings, pictures);
        _administration = new Administration(_tools, broadcasts);
        _presses = new Presses(_tools, _desk, settings, pictures, broadcasts);
    }

    /// <summary>
    /// Does what an update says, or the updates of one album. May be called again with the same, as after a crash: at most an answer
    /// comes twice, a job never does.
    /// </summary>
    /// <param name="updates">One update, or all of an album, in their order.</param>
    /// <param name="cancellation">Ends the wait for Telegram; the updates are to be handed in again then.</param>
    /// <exception cref="BotApiException">Telegram cannot be reached: the updates are to be handed in again later.</exception>
    /// <exception cref="StoreUnavailableException">Neither can the store.</exception>
    public async Task Handle(IReadOnlyList<Update> updates, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var messages = updates.Select(update => update.Message).OfType<Message>().ToList();
        if (messages.Count > 0) await Read(messages, updates, cancellation).ConfigureAwait(false);
        foreach (var update in updates)
        {
            if (update.CallbackQuery is { From.IsBot: false } query)
                await _presses.Press(query, _tools.Meet(query.From, query.Message?.Chat, isPrivate: false, cancellation)).ConfigureAwait(false);
            else if (update.MyChatMember is { Chat.IsPrivate: true } change)
                _tools.Data.People.SetBlocked(change.Chat.Id, !change.NewChatMember.IsMember);
        }
    }

    private async Task Read(List<Message> messages, IReadOnlyList<Update> updates, CancellationToken cancellation)
    {
        var first = messages[0];
        if (first.MigrateToChatId is { } supergroup) _tools.Data.MoveChat(first.Chat.Id, supergroup);
        if (first.From is not { } from) return;
        if (from.IsBot)
        {
            if (first.Chat.IsGroup && s_masks.Contains(from.Username, StringComparer.Ordinal)) await AnswerMask(messages, from, cancellation).ConfigureAwait(false);
            return;
        }
        if (first.Chat.IsPrivate)
        {
            var guest = _tools.Meet(from, first.Chat, isPrivate: true, cancellation);
            await (WhyTurnedAway(guest, first) switch
            {
                null => ReadPrivate(messages, updates, guest),
                { } why when Brings(first) => _tools.Replies.Refuse(first, guest, "turned away", why),
                { } why => _tools.Replies.Say(first, guest, why),
            }).ConfigureAwait(false);
        }
        else if (first.Chat.IsGroup)
        {
            await ReadGroup(messages, from, cancellation).ConfigureAwait(false);
        }
    }

    // What is kept of a person is theirs to see and to erase, whoever they are.
    private FormattedText? WhyTurnedAway(Guest guest, Message message)
    {
        if (Call.In(message, _tools.Username)?.Command is "privacy" or "delete") return null;
        if (guest.Person.IsBanned) return guest.Speech.Say(TextKey.Banned);
        return guest.IsAllowed ? null : guest.Speech.Say(TextKey.NotAllowed, ("id", guest.Id));
    }

    private Task ReadPrivate(List<Message> messages, IReadOnlyList<Update> updates, Guest guest)
    {
        var message = messages[0];
        if (messages.Exists(Brings)) return Take(messages, null, WishesOf(messages), guest);
        var call = Call.In(message, _tools.Username);
        var wishes = call is null ? Wishes.Read(message.Text) : WishesOf(call);
        if (wishes is not null && message.ReplyToMessage is { } replied && Brings(replied)) return Take(messages, replied, wishes, guest);
        if (wishes is { Unknown: { } scale }) return TellScales(message, scale, guest);
        if (wishes is { IsAny: true }) return _tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.WishWithoutPicture));
        if (call is { Command.Length: > 0 })
        {
            if (guest.IsAdmin && Administration.Knows(call)) return _administration.Do(call, message, guest);
            return _commands.Do(call, message, guest);
        }
        return message.Text is not null || updates.Any(IsOfAnotherKind)
            ? _tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.SendMeAPicture))
            : Task.CompletedTask;
    }

    // In a group the bot speaks when it is spoken to.
    private async Task ReadGroup(List<Message> messages, User from, CancellationToken cancellation)
    {
        var message = messages.Find(message => Call.In(message, _tools.Username) is not null);
        if (message is null) return;
        var call = Call.In(message, _tools.Username)!;
        var isForAdmins = call.IsAddressed && Administration.Knows(call);
        if (call.Command is not ("" or "upscale") && !isForAdmins) return;
        var guest = _tools.Meet(from, message.Chat, isPrivate: false, cancellation);
        if (guest.Person.IsBanned || !guest.IsAllowed) return;
        if (isForAdmins)
        {
            if (guest.IsAdmin) await _administration.Do(call, message, guest).ConfigureAwait(false);
            return;
        }
        var wishes = Wishes.Read(call.Arguments, isCall: true) ?? new Wishes();
        if (messages.Exists(Brings)) await Take(messages, null, wishes, guest).ConfigureAwait(false);
        else if (message.ReplyToMessage is { } replied && Brings(replied)) await Take([message], replied, wishes, guest).ConfigureAwait(false);
        else if (call.Command == "upscale") await _tools.Replies.Say(message, guest, guest.Speech.Say(TextKey.GroupHint)).ConfigureAwait(false);
    }

    private Task Take(List<Message> messages, Message? replied, Wishes wishes, Guest guest)
    {
        if (wishes.Unknown is { } scale) return TellScales(messages[0], scale, guest);
        return replied is null ? _desk.Take(messages, wishes, guest) : _desk.TakeReplied(messages[0], replied, wishes, guest);
    }

    private Task TellScales(Message message, int scale, Guest guest) =>
        _tools.Replies.Refuse(message, guest, nameof(TextKey.UnknownScale), guest.Speech.Say(TextKey.UnknownScale, ("scale", scale)));

    // Who writes in a group's or a channel's name is nobody whose pictures could be counted.
    private Task AnswerMask(List<Message> messages, User mask, CancellationToken cancellation)
    {
        var message = messages.Find(message => Call.In(message, _tools.Username) is { Command: "" or "upscale" });
        if (message is null || _tools.Options.Allowed.Count > 0 && !_tools.Options.Allowed.Contains(message.Chat.Id)) return Task.CompletedTask;
        if (!messages.Exists(Brings) && message.ReplyToMessage is null && Call.In(message, _tools.Username)!.Command.Length == 0) return Task.CompletedTask;
        var guest = new Guest(new Data.Person { Id = mask.Id, TelegramLanguage = mask.LanguageCode }, IsAdmin: false, IsAllowed: true, cancellation);
        return _tools.Replies.Refuse(message, guest, nameof(TextKey.GroupAnonymous), guest.Speech.Say(TextKey.GroupAnonymous));
    }

    private static bool Brings(Message message) => IncomingPicture.Of(message) is not null || IncomingPicture.WhyNot(message) is not null;

    // Of an album only one picture has a caption.
    private Wishes WishesOf(List<Message> messages) =>
        messages.Select(message => Wishes.Read(Call.In(message, _tools.Username)?.Arguments, isCall: true) ?? Wishes.Read(message.Caption))
            .FirstOrDefault(wishes => wishes is not null) ?? new Wishes();

    private static Wishes? WishesOf(Call call) => call.Command is "" or "upscale" ? Wishes.Read(call.Arguments, isCall: true) ?? new Wishes() : Wishes.Read(call.Command);

    private static bool IsOfAnotherKind(Update update)
    {
        using var json = JsonDocument.Parse(update.Json);
        return json.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
            && message.EnumerateObject().Any(member => s_otherKinds.Contains(member.Name, StringComparer.Ordinal));
    }
}
