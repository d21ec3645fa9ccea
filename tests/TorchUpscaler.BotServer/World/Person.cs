using System.Globalization;
using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.World;

/// <summary>Somebody with Telegram, for tests to act as.</summary>
public sealed class Person
{
    private readonly ServerState _state;

    internal Person(ServerState state, long id, string firstName, string? language, string? username)
    {
        (_state, Id, FirstName, Language, Username) = (state, id, firstName, language, username);
        Chat = new PrivateChat(state, this);
        state.Add(Chat);
    }

    /// <summary>The person's number.</summary>
    public long Id { get; }

    /// <summary>As the person likes to be called.</summary>
    public string FirstName { get; }

    /// <summary>The language of the person's Telegram, such as <c>ru</c>.</summary>
    public string? Language { get; }

    /// <summary>The name after the @, or null.</summary>
    public string? Username { get; }

    /// <summary>The chat with the bot.</summary>
    public PrivateChat Chat { get; }

    /// <summary>Writes to the bot.</summary>
    public ServerMessage SendText(string text, ServerMessage? replyTo = null) => Post(Chat).Text(text, replyTo);

    /// <summary>Sends a photo, which Telegram compresses.</summary>
    public ServerMessage SendPhoto(byte[] picture, string? caption = null) => Post(Chat).Photo(picture, caption);

    /// <summary>Sends a file as it is.</summary>
    public ServerMessage SendDocument(byte[] bytes, string? name, string? caption = null, string? mime = null) => Post(Chat).Document(bytes, name, caption, mime);

    /// <summary>Sends a sticker that does not move.</summary>
    public ServerMessage SendSticker(byte[] webp) => Post(Chat).Sticker(webp);

    /// <summary>Sends photos as an album: one update each, the caption with the first.</summary>
    public IReadOnlyList<ServerMessage> SendAlbum(IReadOnlyList<byte[]> photos, string? caption = null) => Post(Chat).Album(photos, caption);

    /// <summary>Sends files as an album: one update each, the caption with the last.</summary>
    public IReadOnlyList<ServerMessage> SendAlbum(IReadOnlyList<(string Name, byte[] Bytes)> documents, string? caption = null) => Post(Chat).Album(documents, caption);

    /// <summary>Presses a button of a message by the text on it.</summary>
    public PressedButton PressButton(ServerMessage message, string button) => PressRaw(message, message.DataOf(button), button);

    /// <summary>Sends the data of a button, which need not be there: clients can send any.</summary>
    public PressedButton PressRaw(ServerMessage message, string data, string? button = null)
    {
        lock (_state.Gate)
        {
            var press = new PressedButton(string.Create(CultureInfo.InvariantCulture, $"{Id}{_state.Presses.Count + 1:D6}"), message, this);
            _state.Presses.Add(press.Id, press);
            message.Chat.Note($"{FirstName} presses [{button ?? data}] of #{message.Id}\n");
            _state.Updates.Add("callback_query", new JsonObject
            {
                ["id"] = press.Id,
                ["from"] = Json.Of(this),
                ["message"] = message.IsDeleted ? new JsonObject { ["chat"] = Json.Of(message.Chat), ["message_id"] = message.Id, ["date"] = 0 } : Json.Of(message),
                ["chat_instance"] = message.Chat.Id.ToString(CultureInfo.InvariantCulture),
                ["data"] = data,
            });
            return press;
        }
    }

    /// <summary>Changes what the person wrote.</summary>
    public void Edit(ServerMessage message, string text)
    {
        lock (_state.Gate)
        {
            if (message.Text is null) message.Caption = text;
            else message.Text = text;
            message.Edits++;
            message.Chat.Note($"{FirstName} edits #{message.Id}: {Transcript.Inner(text)}\n");
            _state.Updates.Add("edited_message", Json.Of(message));
        }
    }

    /// <summary>Deletes a message from the chat with the bot. The bot is not told.</summary>
    public void Delete(ServerMessage message)
    {
        lock (_state.Gate)
        {
            message.IsDeleted = true;
            message.Chat.Note($"{FirstName} deletes #{message.Id}\n");
        }
    }

    /// <summary>Blocks the bot: it can send nothing more.</summary>
    public void BlockBot() => SetBlocked(true, "member", "kicked");

    /// <summary>Starts the bot again.</summary>
    public void UnblockBot() => SetBlocked(false, "kicked", "member");

    /// <summary>Posts to a chat that the person is in.</summary>
    internal Posting Post(ServerChat chat, int? topic = null) => new(_state, chat, this, topic);

    private void SetBlocked(bool isBlocked, string before, string after)
    {
        lock (_state.Gate)
        {
            Chat.IsBlocked = isBlocked;
            Chat.Note($"{FirstName} {(isBlocked ? "blocks" : "unblocks")} the bot\n");
            _state.Updates.Add("my_chat_member", new JsonObject
            {
                ["chat"] = Json.Of(Chat),
                ["from"] = Json.Of(this),
                ["date"] = _state.Now,
                ["old_chat_member"] = Json.Member(_state.Options, before),
                ["new_chat_member"] = Json.Member(_state.Options, after),
            });
        }
    }
}

/// <summary>A person's chat with the bot.</summary>
public sealed class PrivateChat : ServerChat
{
    internal PrivateChat(ServerState state, Person person) : base(state, person.Id) => Person = person;

    /// <summary>Whose it is.</summary>
    public Person Person { get; }

    /// <inheritdoc/>
    public override string Type => "private";

    /// <inheritdoc/>
    public override string Title => Person.FirstName;

    internal bool IsBlocked { get; set; }
}
