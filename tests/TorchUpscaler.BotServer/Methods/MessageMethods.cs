using System.Text.Json.Nodes;
using TorchUpscaler.BotServer.Http;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Methods;

/// <summary>The calls that send, change and delete messages.</summary>
internal sealed class MessageMethods(ServerState state, RateLimits limits)
{
    internal JsonNode? SendMessage(Parameters parameters)
    {
        var chat = SendingChat(parameters);
        var text = Content.Text(parameters);
        var entities = Content.Entities(parameters.Json("entities"), text);
        var keyboard = Content.Keyboard(parameters.Json("reply_markup"));
        var replyTo = ReplyTo(chat, parameters);
        Count("sendMessage", chat, 1);
        return Sent(chat, id => New(id, chat, parameters, replyTo) with { Text = text, Entities = entities, Keyboard = keyboard });
    }

    internal JsonNode? SendPhoto(Parameters parameters)
    {
        var (chat, caption, entities, keyboard, replyTo) = Common(parameters, "photos");
        var given = parameters.Text("photo");
        var known = given is null ? null : KnownPhoto(given);
        var file = known?.File ?? Content.File(state, parameters, given, "photo", "photos");
        if (known is null) Content.RequirePhoto(file);
        Count("sendPhoto", chat, 1);
        return Sent(chat, id => New(id, chat, parameters, replyTo) with
        {
            Photo = known?.Photo ?? PhotoOf(file),
            Original = file,
            Caption = caption,
            Entities = entities,
            Keyboard = keyboard,
        });
    }

    internal JsonNode? SendDocument(Parameters parameters)
    {
        var (chat, caption, entities, keyboard, replyTo) = Common(parameters, "documents");
        var file = Content.File(state, parameters, parameters.Text("document"), "document", "documents");
        var isSticker = file.Name?.EndsWith(".webp", StringComparison.OrdinalIgnoreCase) == true && !parameters.Flag("disable_content_type_detection");
        Count("sendDocument", chat, 1);
        return Sent(chat, id => New(id, chat, parameters, replyTo) with
        {
            Document = isSticker ? null : file,
            Sticker = isSticker ? file : null,
            Caption = isSticker ? null : caption,
            Entities = isSticker ? null : entities,
            Keyboard = keyboard,
        });
    }

    internal JsonNode? SendMediaGroup(Parameters parameters)
    {
        var chat = SendingChat(parameters, "media");
        var replyTo = ReplyTo(chat, parameters);
        if (parameters.Json("media") is not JsonArray { Count: >= 2 and <= 10 } media) throw ApiError.BadRequest("media group must include 2-10 items");
        var kinds = media.Select(item => (string?)item?["type"]).Distinct().ToList();
        if (kinds.Count > 1) throw ApiError.BadRequest("documents can't be mixed with other media types");
        if (kinds[0] is not ("photo" or "document")) throw ApiError.BadRequest("this server knows albums of photos and of documents");
        var items = media.Select(item => AlbumItem(parameters, item!, isPhoto: kinds[0] == "photo")).ToList();
        Count("sendMediaGroup", chat, items.Count);
        lock (state.Gate)
        {
            var album = state.NewAlbum();
            var messages = items.Select(item => chat.Add(id => item(New(id, chat, parameters, replyTo) with { AlbumId = album }))).ToList();
            return new JsonArray([.. messages.Select(message => Json.Of(message))]);
        }
    }

    internal JsonNode? EditMessageText(Parameters parameters)
    {
        var chat = OpenChat(parameters);
        var text = Content.Text(parameters);
        var entities = Content.Entities(parameters.Json("entities"), text);
        var keyboard = Content.Keyboard(parameters.Json("reply_markup"));
        lock (state.Gate)
        {
            var message = Editable(chat, parameters);
            if (message.Text is null) throw ApiError.BadRequest("there is no text in the message to edit");
            Count("editMessageText", chat, 1);
            if (message.Text == text && JsonNode.DeepEquals(message.Entities, entities) && JsonNode.DeepEquals(message.Keyboard, keyboard)) throw NotModified();
            (message.Text, message.Entities, message.Keyboard) = (text, entities, keyboard);
            return Edited(message, $"bot edits #{message.Id}: {Transcript.Content(message)}");
        }
    }

    internal JsonNode? EditMessageReplyMarkup(Parameters parameters)
    {
        var chat = OpenChat(parameters);
        var keyboard = Content.Keyboard(parameters.Json("reply_markup"));
        lock (state.Gate)
        {
            var message = Editable(chat, parameters);
            Count("editMessageReplyMarkup", chat, 1);
            if (JsonNode.DeepEquals(message.Keyboard, keyboard)) throw NotModified();
            message.Keyboard = keyboard;
            return Edited(message, $"bot changes the buttons of #{message.Id}: {Transcript.Content(message)}");
        }
    }

    internal JsonNode? DeleteMessage(Parameters parameters)
    {
        var chat = OpenChat(parameters);
        lock (state.Gate)
        {
            var message = chat.Find(parameters.Number("message_id") ?? 0) ?? throw ApiError.BadRequest("message to delete not found");
            if (!message.IsFromBot && chat is Group) throw ApiError.BadRequest("message can't be deleted");
            message.IsDeleted = true;
            chat.Note($"bot deletes #{message.Id}\n");
            return true;
        }
    }

    internal JsonNode? SendChatAction(Parameters parameters)
    {
        var chat = OpenChat(parameters);
        var action = parameters.Text("action");
        if (action is not ("typing" or "upload_photo" or "upload_document")) throw ApiError.BadRequest("wrong parameter action in request");
        lock (state.Gate) chat.ActionCounts[action] = chat.ActionCounts.GetValueOrDefault(action) + 1;
        state.Changed();
        return true;
    }

    /// <summary>The chat of a call, where the bot may write to it.</summary>
    private ServerChat OpenChat(Parameters parameters)
    {
        if (parameters.Text("chat_id") is not { Length: > 0 }) throw ApiError.BadRequest("chat_id is empty");
        var chat = state.FindChat(parameters.Number("chat_id") ?? 0) ?? throw ApiError.BadRequest("chat not found");
        return chat switch
        {
            PrivateChat { IsBlocked: true } => throw ApiError.Forbidden("bot was blocked by the user"),
            Group { Successor: { } successor } => throw ApiError.Migrated(successor.Id),
            Group { IsBotOut: true } group => throw ApiError.Forbidden($"bot was kicked from the {group.Type} chat"),
            _ => chat,
        };
    }

    /// <summary>The chat of something that is sent to it, in a topic that is there.</summary>
    private ServerChat SendingChat(Parameters parameters, string? files = null)
    {
        var chat = OpenChat(parameters);
        if (parameters.Number("message_thread_id") is { } thread && (chat is not Group group || !group.HasTopic(thread))) throw ApiError.BadRequest("message thread not found");
        if (files is not null && chat is Group { TakesNoFiles: true }) throw ApiError.BadRequest($"not enough rights to send {files} to the chat");
        if (parameters.UploadedBytes > state.Options.LargestUpload) throw new ApiError(413, "Request Entity Too Large");
        return chat;
    }

    private void Count(string method, ServerChat chat, int messages)
    {
        if (limits.Take(method, chat.Id, messages) is { } seconds) throw ApiError.TooMany(seconds);
    }

    private (ServerChat Chat, string? Caption, JsonArray? Entities, JsonObject? Keyboard, ServerMessage? ReplyTo) Common(Parameters parameters, string files)
    {
        Content.RefuseMarkup(parameters);
        var chat = SendingChat(parameters, files);
        var caption = Content.Caption(parameters.Text("caption"));
        return (chat, caption, Content.Entities(parameters.Json("caption_entities"), caption), Content.Keyboard(parameters.Json("reply_markup")), ReplyTo(chat, parameters));
    }

    private Func<ServerMessage, ServerMessage> AlbumItem(Parameters parameters, JsonNode item, bool isPhoto)
    {
        var caption = Content.Caption((string?)item["caption"]);
        var entities = Content.Entities(item["caption_entities"], caption);
        var given = (string?)item["media"] ?? throw ApiError.BadRequest("media not found");
        var known = isPhoto ? KnownPhoto(given) : null;
        var file = known?.File ?? Content.File(state, parameters, given, given, isPhoto ? "photos" : "documents");
        if (!isPhoto) return message => message with { Document = file, Caption = caption, Entities = entities };
        if (known is null) Content.RequirePhoto(file);
        return message => message with { Photo = known?.Photo ?? PhotoOf(file), Original = file, Caption = caption, Entities = entities };
    }

    /// <summary>A photo that is somewhere already, by the id of one of its sizes.</summary>
    private (IReadOnlyList<ServerFile> Photo, ServerFile File)? KnownPhoto(string id)
    {
        foreach (var message in state.Chats.SelectMany(chat => chat.Messages))
        {
            if (message.Photo.Any(size => size.Id == id)) return (message.Photo, message.Original ?? message.Photo[^1]);
        }
        return null;
    }

    /// <summary>What is shown of a photo of the bot: its size as Telegram shrinks it. Its bytes stay those that were sent.</summary>
    private IReadOnlyList<ServerFile> PhotoOf(ServerFile file)
    {
        var scale = Math.Min(1, 1280.0 / Math.Max(file.Width, file.Height));
        return [state.AddShrunk(file, Math.Max(1, (int)Math.Round(file.Width * scale)), Math.Max(1, (int)Math.Round(file.Height * scale)))];
    }

    private static ServerMessage? ReplyTo(ServerChat chat, Parameters parameters)
    {
        if (parameters.Json("reply_parameters") is not { } reply) return null;
        var found = chat.Find((long?)reply["message_id"] ?? 0);
        if (found is null && (bool?)reply["allow_sending_without_reply"] != true) throw ApiError.BadRequest("message to be replied not found");
        return found;
    }

    private ServerMessage New(int id, ServerChat chat, Parameters parameters, ServerMessage? replyTo) =>
        new() { Id = id, Chat = chat, Date = state.Now, ReplyTo = replyTo, Topic = (int?)parameters.Number("message_thread_id"), IsSilent = parameters.Flag("disable_notification") };

    private JsonObject Sent(ServerChat chat, Func<int, ServerMessage> create)
    {
        lock (state.Gate) return Json.Of(chat.Add(create));
    }

    private static ServerMessage Editable(ServerChat chat, Parameters parameters)
    {
        var message = chat.Find(parameters.Number("message_id") ?? 0) ?? throw ApiError.BadRequest("message to edit not found");
        if (!message.IsFromBot) throw ApiError.BadRequest("message can't be edited");
        return message;
    }

    private static JsonObject Edited(ServerMessage message, string happened)
    {
        message.Edits++;
        message.Chat.Note(happened);
        return Json.Of(message);
    }

    private static ApiError NotModified() => ApiError.BadRequest(
        "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message");
}
