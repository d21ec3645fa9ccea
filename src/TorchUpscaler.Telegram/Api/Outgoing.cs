using System.Text.Json.Serialization;

namespace TorchUpscaler.Telegram.Api;

/// <summary>A message that is there: its chat and its number.</summary>
/// <param name="Chat">The chat.</param>
/// <param name="Id">The number.</param>
public readonly record struct MessageRef(long Chat, int Id);

/// <summary>Where and how something is sent.</summary>
public abstract record OutgoingMessage
{
    /// <summary>The chat; negative for a group.</summary>
    public required long Chat { get; init; }

    /// <summary>The forum's thread, or null.</summary>
    public int? Thread { get; init; }

    /// <summary>The message of the same chat that it answers; sent without where that is gone.</summary>
    public int? ReplyTo { get; init; }

    /// <summary>Whether it arrives without a sound.</summary>
    public bool IsSilent { get; init; }
}

/// <summary>A text to send. Addresses in it show no preview.</summary>
public sealed record TextMessage : OutgoingMessage
{
    /// <summary>The text, up to 4,096 UTF-16 units.</summary>
    public required FormattedText Text { get; init; }

    /// <summary>Buttons below it.</summary>
    public InlineKeyboard? Keyboard { get; init; }
}

/// <summary>A photo or a document to send.</summary>
public sealed record FileMessage : OutgoingMessage
{
    /// <summary>The file.</summary>
    public required OutgoingFile File { get; init; }

    /// <summary>The text below it, up to 1,024 UTF-16 units.</summary>
    public FormattedText Caption { get; init; } = FormattedText.Empty;

    /// <summary>Buttons below it.</summary>
    public InlineKeyboard? Keyboard { get; init; }
}

/// <summary>An album to send.</summary>
public sealed record AlbumMessage : OutgoingMessage
{
    /// <summary>What is in it: 2 to 10.</summary>
    public required IReadOnlyList<AlbumItem> Items { get; init; }

    /// <summary>Whether they are photos, which Telegram compresses; else documents.</summary>
    public bool ArePhotos { get; init; }
}

/// <summary>One picture of an album.</summary>
/// <param name="File">The file.</param>
/// <param name="Caption">The text below it; below a photo of an album only the first one's is shown.</param>
public sealed record AlbumItem(OutgoingFile File, FormattedText Caption);

/// <summary>A file to send: one of this machine, or one that Telegram has already.</summary>
public sealed record OutgoingFile
{
    private OutgoingFile() { }

    /// <summary>Where it lies on this machine, or null.</summary>
    public string? Path { get; private init; }

    /// <summary>The name that it is sent under.</summary>
    public string? Name { get; private init; }

    /// <summary>What Telegram knows it by, or null.</summary>
    public string? FileId { get; private init; }

    /// <summary>A file of this machine, read while it is sent.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="name">The name that it is sent under; cleaned.</param>
    public static OutgoingFile At(string path, string name) => new() { Path = path, Name = FileNames.Clean(name) };

    /// <summary>A file that Telegram has already.</summary>
    public static OutgoingFile Known(string fileId) => new() { FileId = fileId };
}

/// <summary>A new text for a message.</summary>
/// <param name="Message">The message.</param>
/// <param name="Text">Its text from now on.</param>
/// <param name="Keyboard">Its buttons from now on; null takes them away.</param>
public sealed record TextEdit(MessageRef Message, FormattedText Text, InlineKeyboard? Keyboard = null);

/// <summary>Buttons below a message.</summary>
/// <param name="Rows">From top to bottom, each from left to right.</param>
public sealed record InlineKeyboard(IReadOnlyList<IReadOnlyList<InlineButton>> Rows)
{
    /// <summary>One row of buttons.</summary>
    public static InlineKeyboard Row(params IReadOnlyList<InlineButton> buttons) => new([buttons]);
}

/// <summary>A button that tells the bot.</summary>
public sealed record InlineButton
{
    [JsonConstructor]
    internal InlineButton(string text, string data) => (Text, Data) = (text, data);

    /// <summary>What stands on it.</summary>
    public string Text { get; }

    /// <summary>What comes back when it is pressed, 1 to 64 bytes of UTF-8.</summary>
    public string Data { get; }

    /// <summary>Such a button.</summary>
    public static InlineButton Press(string text, string data) => new(text, data);
}

/// <summary>The answer to a pressed button.</summary>
/// <param name="QueryId">The query's.</param>
/// <param name="Text">A note of up to 200 characters, or null.</param>
/// <param name="IsAlert">Whether the note must be closed by the person.</param>
public sealed record CallbackAnswer(string QueryId, string? Text = null, bool IsAlert = false);

/// <summary>What the bot is seen doing.</summary>
public enum ChatAction
{
    /// <summary>It sends a photo.</summary>
    UploadPhoto,

    /// <summary>It sends a file.</summary>
    UploadDocument,
}

/// <summary>A command that people are shown.</summary>
/// <param name="Command">Without the slash: a-z, 0-9 and _, up to 32.</param>
/// <param name="Description">What it does, up to 256 characters.</param>
public sealed record BotCommand(string Command, string Description);

/// <summary>Where commands are shown.</summary>
/// <param name="Type">Telegram's name of the scope.</param>
/// <param name="Chat">Only in this chat, or null.</param>
public sealed record CommandScope(string Type, long? Chat = null)
{
    /// <summary>Everywhere where nothing else is set.</summary>
    public static CommandScope Default { get; } = new("default");

    /// <summary>In all private chats.</summary>
    public static CommandScope Private { get; } = new("all_private_chats");

    /// <summary>In all groups.</summary>
    public static CommandScope Groups { get; } = new("all_group_chats");

    /// <summary>In one chat.</summary>
    public static CommandScope Of(long chat) => new("chat", chat);
}

/// <summary>Where Telegram posts updates.</summary>
/// <param name="Url">The address, <c>https</c>.</param>
/// <param name="Secret">Comes back in the header <c>X-Telegram-Bot-Api-Secret-Token</c>: 1 to 256 of A-Z a-z 0-9 _ -.</param>
/// <param name="Connections">How many at once, 1 to 100.</param>
public sealed record Webhook(string Url, string Secret, int Connections = 8)
{
    /// <summary>The address, and nothing secret.</summary>
    public override string ToString() => Url;
}
