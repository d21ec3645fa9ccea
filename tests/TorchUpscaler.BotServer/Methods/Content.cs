using System.Text;
using System.Text.Json.Nodes;
using TorchUpscaler.BotServer.Http;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Methods;

/// <summary>Checks texts, buttons and files that the bot sends, in Telegram's words.</summary>
internal static class Content
{
    private const int LongestText = 4096;
    private const int LongestCaption = 1024;
    private const int MostButtons = 100;
    private const long LargestPhoto = 10 << 20;

    /// <summary>A message's text; the ends are trimmed as Telegram does.</summary>
    internal static string Text(Parameters parameters)
    {
        RefuseMarkup(parameters);
        var text = (parameters.Text("text") ?? "").Trim();
        if (text.Length == 0) throw ApiError.BadRequest("message text is empty");
        if (text.Length > LongestText) throw ApiError.BadRequest("message is too long");
        return text;
    }

    internal static string? Caption(string? caption)
    {
        if (caption?.Length > LongestCaption) throw ApiError.BadRequest("message caption is too long");
        return string.IsNullOrWhiteSpace(caption) ? null : caption.Trim();
    }

    /// <summary>Entities as they are kept; each must lie in its text.</summary>
    internal static JsonArray? Entities(JsonNode? given, string? text)
    {
        if (given is null) return null;
        if (given is not JsonArray array) throw ApiError.BadRequest("can't parse entities: expected an Array of Object");
        foreach (var entity in array)
        {
            var (offset, length) = ((int?)entity?["offset"] ?? -1, (int?)entity?["length"] ?? -1);
            if (offset < 0 || length <= 0 || offset + length > (text?.Length ?? 0)) throw ApiError.BadRequest("ENTITY_BOUNDS_INVALID");
        }
        return array.Count > 0 ? array.DeepClone().AsArray() : null;
    }

    internal static JsonObject? Keyboard(JsonNode? given)
    {
        if (given is null) return null;
        if (given["inline_keyboard"] is not JsonArray rows) throw ApiError.BadRequest("object expected as reply markup");
        var buttons = rows.SelectMany(row => row!.AsArray()).ToList();
        if (buttons.Count > MostButtons) throw ApiError.BadRequest("reply markup is too long");
        foreach (var button in buttons)
        {
            if (string.IsNullOrEmpty((string?)button?["text"])) throw ApiError.BadRequest("can't parse inline keyboard button: field \"text\" must be non-empty");
            var (data, url) = ((string?)button?["callback_data"], (string?)button?["url"]);
            if (data is null == url is null) throw ApiError.BadRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
            if (data is not null && Encoding.UTF8.GetByteCount(data) is < 1 or > 64) throw ApiError.BadRequest("BUTTON_DATA_INVALID");
            if (url is not null && !Uri.TryCreate(url, UriKind.Absolute, out _)) throw ApiError.BadRequest($"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL");
        }
        return buttons.Count > 0 ? given.DeepClone().AsObject() : null;
    }

    /// <summary>A file of a call: uploaded as a part of this name, attached, or known.</summary>
    /// <param name="state">The server's.</param>
    /// <param name="parameters">The call's.</param>
    /// <param name="given">What stands as the file, or null.</param>
    /// <param name="part">The part that may hold it.</param>
    /// <param name="kind">The folder that it is kept in.</param>
    internal static ServerFile File(ServerState state, Parameters parameters, string? given, string part, string kind)
    {
        const string attached = "attach://";
        if (given is not null && given.StartsWith(attached, StringComparison.Ordinal)) (part, given) = (given[attached.Length..], null);
        if (given is not null) return state.FindFile(given) ?? throw ApiError.BadRequest("wrong file identifier/HTTP URL specified");
        var upload = parameters.File(part) ?? throw ApiError.BadRequest($"there is no {kind.TrimEnd('s')} in the request");
        var size = new FileInfo(upload.Path).Length;
        if (size == 0) throw ApiError.BadRequest("file must be non-empty");
        return state.AddFile(upload.Path, kind, upload.Name);
    }

    /// <summary>Refuses what Telegram does not take as a photo.</summary>
    internal static void RequirePhoto(ServerFile file)
    {
        if (file.Width == 0 || file.Mime == "image/gif") throw ApiError.BadRequest("IMAGE_PROCESS_FAILED");
        if (file.Size > LargestPhoto) throw ApiError.BadRequest($"file of size {file.Size} bytes is too big for a photo; the maximum size is {LargestPhoto} bytes");
        var (small, large) = (Math.Min(file.Width, file.Height), Math.Max(file.Width, file.Height));
        if (file.Width + file.Height > 10_000 || large > 20 * small) throw ApiError.BadRequest("PHOTO_INVALID_DIMENSIONS");
    }

    internal static void RefuseMarkup(Parameters parameters)
    {
        if (parameters.Text("parse_mode") is not null) throw ApiError.BadRequest("unsupported parse_mode (this server knows entities only)");
    }
}
