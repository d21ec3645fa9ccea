using System.Text.Json.Serialization;
using TorchUpscaler.Telegram.Api.Wire;

namespace TorchUpscaler.Telegram.Api;

/// <summary>A person or a bot.</summary>
public sealed record User
{
    /// <summary>Its number, the same for ever.</summary>
    public required long Id { get; init; }

    /// <summary>Whether it is a bot.</summary>
    [JsonConverter(typeof(LenientBoolean))]
    public bool IsBot { get; init; }

    /// <summary>As the person likes to be called.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FirstName { get; init; }

    /// <summary>The name after <c>@</c>, without it.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Username { get; init; }

    /// <summary>The language of the person's Telegram, such as <c>ru</c> or <c>en-GB</c>.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? LanguageCode { get; init; }
}

/// <summary>A chat: with one person, or a group.</summary>
public sealed record Chat
{
    /// <summary>Its number; a private chat's is its person's, a group's is negative.</summary>
    public required long Id { get; init; }

    /// <summary><c>private</c>, <c>group</c>, <c>supergroup</c>, <c>channel</c>, or what Telegram may come to add.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Type { get; init; }

    /// <summary>A group's name.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Title { get; init; }

    /// <summary>Whether it is the chat with one person.</summary>
    [JsonIgnore]
    public bool IsPrivate => Type == "private";

    /// <summary>Whether it is a group of people.</summary>
    [JsonIgnore]
    public bool IsGroup => Type is "group" or "supergroup";
}

/// <summary>A message in a chat.</summary>
public sealed record Message
{
    /// <summary>Its number in its chat.</summary>
    public required int MessageId { get; init; }

    /// <summary>Where it stands.</summary>
    public required Chat Chat { get; init; }

    /// <summary>Seconds since 1970 in UTC; 0 where the message can no longer be reached.</summary>
    [JsonConverter(typeof(LenientNumber))]
    public long Date { get; init; }

    /// <summary>Who wrote it; null in a channel.</summary>
    [JsonConverter(typeof(Lenient<User>))]
    public User? From { get; init; }

    /// <summary>What it belongs to: in a forum the topic, in another supergroup only the message that a row of answers goes back to.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? MessageThreadId { get; init; }

    /// <summary>Whether it stands in a forum's topic.</summary>
    [JsonConverter(typeof(LenientBoolean))]
    public bool IsTopicMessage { get; init; }

    /// <summary>What it answers.</summary>
    [JsonConverter(typeof(Lenient<Message>))]
    public Message? ReplyToMessage { get; init; }

    /// <summary>Its text.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Text { get; init; }

    /// <summary>What stands in the text: commands, mentions.</summary>
    [JsonConverter(typeof(LenientList<TextEntity>))]
    public IReadOnlyList<TextEntity>? Entities { get; init; }

    /// <summary>The text below a photo or a document.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Caption { get; init; }

    /// <summary>What stands in the caption.</summary>
    [JsonConverter(typeof(LenientList<TextEntity>))]
    public IReadOnlyList<TextEntity>? CaptionEntities { get; init; }

    /// <summary>The same for all messages of an album.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? MediaGroupId { get; init; }

    /// <summary>A photo in all its sizes.</summary>
    [JsonConverter(typeof(LenientList<PhotoSize>))]
    public IReadOnlyList<PhotoSize>? Photo { get; init; }

    /// <summary>A file. An animation comes with one, too.</summary>
    [JsonConverter(typeof(Lenient<Document>))]
    public Document? Document { get; init; }

    /// <summary>A sticker.</summary>
    [JsonConverter(typeof(Lenient<Sticker>))]
    public Sticker? Sticker { get; init; }

    /// <summary>A GIF or a film without sound.</summary>
    [JsonConverter(typeof(Lenient<Document>))]
    public Document? Animation { get; init; }

    /// <summary>A film.</summary>
    [JsonConverter(typeof(Lenient<Document>))]
    public Document? Video { get; init; }

    /// <summary>The buttons below it.</summary>
    [JsonPropertyName("reply_markup")]
    [JsonConverter(typeof(LenientKeyboard))]
    public InlineKeyboard? Keyboard { get; init; }

    /// <summary>The group has become a supergroup of this number.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? MigrateToChatId { get; init; }

    /// <summary>This supergroup was the group of this number.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? MigrateFromChatId { get; init; }

    /// <summary>The forum's topic, to answer in, or null: to no other thread can anything be sent.</summary>
    [JsonIgnore]
    public int? Topic => IsTopicMessage ? (int?)MessageThreadId : null;

    /// <summary>The message, to edit or to answer.</summary>
    [JsonIgnore]
    public MessageRef Ref => new(Chat.Id, MessageId);

    /// <summary>The largest size of the photo, or null.</summary>
    [JsonIgnore]
    public PhotoSize? LargestPhoto => Photo?.MaxBy(size => (long)size.Width * size.Height);
}

/// <summary>A part of a text that means something.</summary>
public sealed record TextEntity
{
    /// <summary><c>bot_command</c>, <c>mention</c>, <c>bold</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>Where it begins, in UTF-16 units: as C# counts.</summary>
    public required int Offset { get; init; }

    /// <summary>How long it is, in UTF-16 units.</summary>
    public required int Length { get; init; }

    /// <summary>The address of a <c>text_link</c>.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Url { get; init; }

    /// <summary>The person of a <c>text_mention</c>, who has no user name.</summary>
    [JsonConverter(typeof(Lenient<User>))]
    public User? User { get; init; }

    /// <summary>The part of the text; empty where the entity lies outside it.</summary>
    public string In(string? text) =>
        text is not null && Offset >= 0 && Length >= 0 && Offset <= text.Length && Length <= text.Length - Offset ? text.Substring(Offset, Length) : "";
}

/// <summary>One size of a photo.</summary>
public sealed record PhotoSize
{
    /// <summary>Names the file for this bot.</summary>
    public required string FileId { get; init; }

    /// <summary>The same for all bots and for ever; cannot be fetched by.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FileUniqueId { get; init; }

    /// <summary>Columns.</summary>
    [JsonConverter(typeof(LenientSize))]
    public int Width { get; init; }

    /// <summary>Rows.</summary>
    [JsonConverter(typeof(LenientSize))]
    public int Height { get; init; }

    /// <summary>Bytes, or null where Telegram does not say.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? FileSize { get; init; }
}

/// <summary>A file; name and type are what its sender says.</summary>
public sealed record Document
{
    /// <summary>Names the file for this bot.</summary>
    public required string FileId { get; init; }

    /// <summary>The same for all bots and for ever; cannot be fetched by.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FileUniqueId { get; init; }

    /// <summary>Its name; see <see cref="FileNames.Clean"/> before use.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FileName { get; init; }

    /// <summary>Such as <c>image/png</c>.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? MimeType { get; init; }

    /// <summary>Bytes, or null where Telegram does not say.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? FileSize { get; init; }
}

/// <summary>A sticker.</summary>
public sealed record Sticker
{
    /// <summary>Names the file for this bot.</summary>
    public required string FileId { get; init; }

    /// <summary>The same for all bots and for ever; cannot be fetched by.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FileUniqueId { get; init; }

    /// <summary>Columns.</summary>
    [JsonConverter(typeof(LenientSize))]
    public int Width { get; init; }

    /// <summary>Rows.</summary>
    [JsonConverter(typeof(LenientSize))]
    public int Height { get; init; }

    /// <summary>Whether it moves (a <c>.tgs</c>).</summary>
    [JsonConverter(typeof(LenientBoolean))]
    public bool IsAnimated { get; init; }

    /// <summary>Whether it is a film (a <c>.webm</c>).</summary>
    [JsonConverter(typeof(LenientBoolean))]
    public bool IsVideo { get; init; }

    /// <summary>Bytes, or null where Telegram does not say.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? FileSize { get; init; }
}

/// <summary>A pressed button.</summary>
public sealed record CallbackQuery
{
    /// <summary>To be answered by.</summary>
    public required string Id { get; init; }

    /// <summary>Who pressed it.</summary>
    public required User From { get; init; }

    /// <summary>The message with the button.</summary>
    [JsonConverter(typeof(Lenient<Message>))]
    public Message? Message { get; init; }

    /// <summary>The button's data; a person can send any.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? Data { get; init; }
}

/// <summary>What the bot, or somebody, is in a chat has changed.</summary>
public sealed record ChatMemberUpdated
{
    /// <summary>The chat.</summary>
    public required Chat Chat { get; init; }

    /// <summary>Who did it.</summary>
    public required User From { get; init; }

    /// <summary>What it is now.</summary>
    public required ChatMember NewChatMember { get; init; }
}

/// <summary>What somebody is in a chat.</summary>
public sealed record ChatMember
{
    /// <summary><c>creator</c>, <c>administrator</c>, <c>member</c>, <c>restricted</c>, <c>left</c>, <c>kicked</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Who.</summary>
    public required User User { get; init; }

    /// <summary>Whether they are in it; a person who has blocked the bot has <c>kicked</c> it.</summary>
    [JsonIgnore]
    public bool IsMember => Status is not ("left" or "kicked");
}

/// <summary>Where a file can be fetched.</summary>
public sealed record RemoteFile
{
    /// <summary>Names the file for this bot.</summary>
    public required string FileId { get; init; }

    /// <summary>The same for all bots and for ever.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FileUniqueId { get; init; }

    /// <summary>Bytes, or null where Telegram does not say.</summary>
    [JsonConverter(typeof(LenientOptionalNumber))]
    public long? FileSize { get; init; }

    /// <summary>Its path at Telegram, good for an hour; from a local Bot API server a path on this machine.</summary>
    [JsonConverter(typeof(LenientText))]
    public string? FilePath { get; init; }
}
