using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TorchUpscaler.Telegram.Api.Wire;

namespace TorchUpscaler.Telegram.Api;

/// <summary>
/// Reads updates as they come from strangers. One that is not what the Bot API describes never hides the others, and is kept with
/// its id so that it can be confirmed.
/// </summary>
public static class UpdateReader
{
    /// <summary>Reads one update: a webhook's body, or an <see cref="Update.Json"/> that was kept.</summary>
    /// <returns>Null where it has no id.</returns>
    public static Update? Read(ReadOnlyMemory<byte> json)
    {
        json = Utf8(json);
        try
        {
            return ReadMembers(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads one update that was kept.</summary>
    /// <returns>Null where it has no id.</returns>
    public static Update? Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    /// <summary>Reads an array of updates; those without an id are left out.</summary>
    /// <returns>The updates, and how many stood there.</returns>
    /// <exception cref="JsonException">It is no array.</exception>
    internal static (IReadOnlyList<Update> Updates, int Count) ReadMany(ReadOnlyMemory<byte> json)
    {
        var elements = JsonSlices.Elements(json);
        return ([.. elements.Select(Read).OfType<Update>()], elements.Count);
    }

    private static Update? ReadMembers(ReadOnlyMemory<byte> json)
    {
        var members = JsonSlices.Members(json);
        if (!members.TryGetValue("update_id", out var number) || !IsNumber(number.Span, out var id)) return null;
        string? defect = null;
        return new Update
        {
            Id = id,
            Json = Encoding.UTF8.GetString(json.Span),
            Message = Part(members, "message", BotJson.Default.Message, ref defect),
            EditedMessage = Part(members, "edited_message", BotJson.Default.Message, ref defect),
            CallbackQuery = Part(members, "callback_query", BotJson.Default.CallbackQuery, ref defect),
            MyChatMember = Part(members, "my_chat_member", BotJson.Default.ChatMemberUpdated, ref defect),
            Defect = defect,
        };
    }

    private static T? Part<T>(Dictionary<string, ReadOnlyMemory<byte>> members, string name, JsonTypeInfo<T> type, ref string? defect)
        where T : class
    {
        if (!members.TryGetValue(name, out var json)) return null;
        try
        {
            return JsonSerializer.Deserialize(json.Span, type);
        }
        catch (Exception error) when (LenientRead.IsUnreadable(error))
        {
            defect = error is JsonException { Path: { Length: > 0 } path } ? $"{name} cannot be read at {path}" : $"{name} cannot be read";
            return null;
        }
    }

    private static bool IsNumber(ReadOnlySpan<byte> json, out long number) => Utf8Parser.TryParse(json, out number, out var used) && used == json.Length && number >= 0;

    /// <summary>The same with what is not UTF-8 replaced, and NUL, which not every database takes.</summary>
    private static ReadOnlyMemory<byte> Utf8(ReadOnlyMemory<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes.Span) && !bytes.Span.Contains((byte)0) ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.Span).Replace('\0', '?'));
}
