using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.World;

/// <summary>The server's objects as the Bot API describes them.</summary>
internal static class Json
{
    internal static JsonObject Bot(BotServerOptions options) => new()
    {
        ["id"] = options.BotId,
        ["is_bot"] = true,
        ["first_name"] = "Upscaler",
        ["username"] = options.Username,
        ["can_join_groups"] = true,
        ["can_read_all_group_messages"] = !options.HasGroupPrivacy,
        ["supports_inline_queries"] = false,
    };

    internal static JsonObject Of(Person person)
    {
        var json = new JsonObject { ["id"] = person.Id, ["is_bot"] = false, ["first_name"] = person.FirstName };
        if (person.Username is not null) json["username"] = person.Username;
        if (person.Language is not null) json["language_code"] = person.Language;
        return json;
    }

    internal static JsonObject Of(ServerChat chat)
    {
        var json = new JsonObject { ["id"] = chat.Id, ["type"] = chat.Type };
        if (chat is PrivateChat { Person: var person })
        {
            json["first_name"] = person.FirstName;
            if (person.Username is not null) json["username"] = person.Username;
        }
        else
        {
            json["title"] = chat.Title;
            if (chat is Group { IsForum: true }) json["is_forum"] = true;
        }
        return json;
    }

    internal static JsonObject Of(ServerMessage message, bool withReply = true)
    {
        var json = new JsonObject
        {
            ["message_id"] = message.Id,
            ["from"] = message.From is null ? Bot(message.Chat.State.Options) : Of(message.From),
            ["chat"] = Of(message.Chat),
            ["date"] = message.Date,
        };
        if (ThreadOf(message) is { } thread) json["message_thread_id"] = thread;
        if (message.Topic is not null) json["is_topic_message"] = true;
        if (message.Edits > 0) json["edit_date"] = message.Chat.State.Now;
        if (withReply && message.ReplyTo is not null) json["reply_to_message"] = Of(message.ReplyTo, withReply: false);
        if (message.AlbumId is not null) json["media_group_id"] = message.AlbumId;
        if (message.Text is not null) json["text"] = message.Text;
        if (message.Photo.Count > 0) json["photo"] = new JsonArray([.. message.Photo.Select(size => Picture(size))]);
        if (message.Document is not null) json["document"] = Document(message.Document);
        if (message.Sticker is not null) json["sticker"] = Sticker(message.Sticker);
        if (message.Caption is not null) json["caption"] = message.Caption;
        if (message.Entities is { Count: > 0 }) json[message.Text is null ? "caption_entities" : "entities"] = message.Entities.DeepClone();
        if (message.Keyboard is not null) json["reply_markup"] = message.Keyboard.DeepClone();
        return json;
    }

    /// <summary>A topic's number; in any other supergroup that of the message with which a row of answers began. Only the first can be sent to.</summary>
    private static int? ThreadOf(ServerMessage message)
    {
        if (message.Topic is not null || message.Chat is not Group { IsSuper: true }) return message.Topic;
        var first = message.ReplyTo;
        while (first?.ReplyTo is { } earlier) first = earlier;
        return first?.Id;
    }

    internal static JsonObject File(ServerFile file) => new() { ["file_id"] = file.Id, ["file_unique_id"] = file.UniqueId, ["file_size"] = file.Size };

    internal static JsonObject Member(BotServerOptions options, string status) => new() { ["user"] = Bot(options), ["status"] = status };

    private static JsonObject Picture(ServerFile file)
    {
        var json = File(file);
        (json["width"], json["height"]) = (file.Width, file.Height);
        return json;
    }

    private static JsonObject Document(ServerFile file)
    {
        var json = File(file);
        if (file.Name is not null) json["file_name"] = file.Name;
        json["mime_type"] = file.Mime;
        return json;
    }

    private static JsonObject Sticker(ServerFile file)
    {
        var json = Picture(file);
        (json["type"], json["is_animated"], json["is_video"], json["emoji"]) = ("regular", false, false, "🙂");
        return json;
    }
}
