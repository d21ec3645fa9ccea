using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TorchUpscaler.BotServer.World;

/// <summary>What a person does in a chat.</summary>
internal sealed partial class Posting(ServerState state, ServerChat chat, Person person, int? topic = null)
{
    internal ServerMessage Text(string text, ServerMessage? replyTo) =>
        Add(id => New(id, replyTo) with { Text = text, Entities = Entities(text) });

    internal ServerMessage Photo(byte[] picture, string? caption, ServerMessage? replyTo = null) => AddPhoto(Sizes(picture), caption, replyTo, null);

    internal ServerMessage Document(byte[] bytes, string? name, string? caption, string? mime, string? album = null)
    {
        var file = Keep(bytes, "documents", name, mime);
        return Add(id => New(id, null) with { Document = file, Caption = caption, Entities = Entities(caption), AlbumId = album });
    }

    internal ServerMessage Sticker(byte[] webp)
    {
        var file = Keep(webp, "stickers", "sticker.webp", null);
        return Add(id => New(id, null) with { Sticker = file });
    }

    internal IReadOnlyList<ServerMessage> Album(IReadOnlyList<byte[]> photos, string? caption)
    {
        var album = state.NewAlbum();
        var sizes = photos.Select(Sizes).ToList();
        return [.. sizes.Select((photo, i) => AddPhoto(photo, i == 0 ? caption : null, null, album))];
    }

    internal IReadOnlyList<ServerMessage> Album(IReadOnlyList<(string Name, byte[] Bytes)> documents, string? caption)
    {
        var album = state.NewAlbum();
        return [.. documents.Select((document, i) => Document(document.Bytes, document.Name, i == documents.Count - 1 ? caption : null, null, album))];
    }

    private ServerMessage AddPhoto(IReadOnlyList<ServerFile> sizes, string? caption, ServerMessage? replyTo, string? album) =>
        Add(id => New(id, replyTo) with { Photo = sizes, Caption = caption, Entities = Entities(caption), AlbumId = album });

    private ServerMessage New(int id, ServerMessage? replyTo) => new() { Id = id, Chat = chat, From = person, Date = state.Now, ReplyTo = replyTo, Topic = topic };

    private ServerMessage Add(Func<int, ServerMessage> create)
    {
        lock (state.Gate)
        {
            var message = chat.Add(create);
            if (IsForBot(message)) state.Updates.Add("message", Json.Of(message));
            return message;
        }
    }

    private bool IsForBot(ServerMessage message)
    {
        if (chat is not Group group) return true;
        if (group.IsBotOut) return false;
        if (!state.Options.HasGroupPrivacy) return true;
        var text = message.Text ?? message.Caption ?? "";
        return text.StartsWith('/') || message.ReplyTo is { IsFromBot: true }
            || text.Contains($"@{state.Options.Username}", StringComparison.OrdinalIgnoreCase);
    }

    private IReadOnlyList<ServerFile> Sizes(byte[] picture) => [.. Recompressor.Sizes(picture).Select(size => Keep(size, "photos", "photo.jpg", null))];

    private ServerFile Keep(byte[] bytes, string kind, string? name, string? mime)
    {
        var path = state.NewPath();
        File.WriteAllBytes(path, bytes);
        return state.AddFile(path, kind, name, mime);
    }

    private static JsonArray? Entities(string? text)
    {
        if (text is null) return null;
        var entities = Commands().Matches(text).Select(found => Entity("bot_command", found.Groups[1]))
            .Concat(Mentions().Matches(text).Select(found => Entity("mention", found.Groups[1])));
        var array = new JsonArray([.. entities]);
        return array.Count > 0 ? array : null;
    }

    private static JsonObject Entity(string type, Capture found) => new() { ["type"] = type, ["offset"] = found.Index, ["length"] = found.Length };

    [GeneratedRegex(@"(?<=^|\s)(/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?=$|\s)")]
    private static partial Regex Commands();

    [GeneratedRegex(@"(?<=^|\s)(@[A-Za-z0-9_]{3,32})\b")]
    private static partial Regex Mentions();
}
