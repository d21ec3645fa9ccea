using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Reads a Bot API server's answers: the result, or what went wrong.</summary>
/// <param name="secrets">Taken out of whatever the server says.</param>
internal sealed class Answers(Secrets secrets)
{
    private const int LongestDescription = 300;
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromDays(1);

    /// <summary>Error by the words that Telegram's description has; the first that fits.</summary>
    private static readonly (string Words, BotError Error)[] s_descriptions =
    [
        ("message is not modified", BotError.NotModified),
        ("message to edit not found", BotError.MessageGone),
        ("message to delete not found", BotError.MessageGone),
        ("message can't be edited", BotError.MessageGone),
        ("message can't be deleted", BotError.MessageGone),
        ("message_id_invalid", BotError.MessageGone),
        ("bot was blocked by the user", BotError.Blocked),
        ("user is deactivated", BotError.Blocked),
        ("bot can't initiate conversation", BotError.Blocked),
        ("bot was kicked", BotError.NotInGroup),
        ("bot is not a member", BotError.NotInGroup),
        ("group chat was deleted", BotError.NotInGroup),
        ("chat not found", BotError.ChatNotFound),
        ("peer_id_invalid", BotError.ChatNotFound),
        ("not enough rights", BotError.NoRights),
        ("have no rights", BotError.NoRights),
        ("chat_write_forbidden", BotError.NoRights),
        ("chat_send_", BotError.NoRights),
        ("need administrator rights", BotError.NoRights),
        ("too big", BotError.FileTooBig),
        ("too large", BotError.FileTooBig),
        ("wrong file", BotError.WrongFile),
        ("invalid file", BotError.WrongFile),
        ("wrong remote file", BotError.WrongFile),
        ("file is temporarily unavailable", BotError.WrongFile),
        ("file_reference", BotError.WrongFile),
        ("photo_", BotError.PhotoRefused),
        ("image_process_failed", BotError.PhotoRefused),
        ("message is too long", BotError.TooLong),
        ("message_too_long", BotError.TooLong),
        ("caption is too long", BotError.TooLong),
        ("caption_too_long", BotError.TooLong),
        ("query is too old", BotError.QueryTooOld),
        ("query_id_invalid", BotError.QueryTooOld),
        ("webhook is active", BotError.WebhookIsSet),
    ];

    /// <summary>The result of a call.</summary>
    /// <param name="method">The call's name.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The answer.</param>
    /// <exception cref="BotApiException">It failed.</exception>
    internal ReadOnlyMemory<byte> Result(string method, int status, ReadOnlyMemory<byte> body)
    {
        Dictionary<string, ReadOnlyMemory<byte>> members;
        try
        {
            members = JsonSlices.Members(body);
        }
        catch (JsonException)
        {
            throw NoJson(method, status);
        }
        if (members.TryGetValue("ok", out var ok) && ok.Span.SequenceEqual("true"u8) && members.TryGetValue("result", out var result)) return result;
        throw Failed(method, status, members);
    }

    /// <summary>Reads a result.</summary>
    internal static T Read<T>(string method, ReadOnlyMemory<byte> result, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(result.Span, type) ?? throw new JsonException("null");
        }
        catch (Exception error) when (LenientRead.IsUnreadable(error))
        {
            throw new BotApiException(BotError.InvalidAnswer, $"the Bot API server's answer to {method} cannot be read") { MayHaveHappened = true };
        }
    }

    /// <summary>Reads updates; one that cannot be read hides no other.</summary>
    internal static IReadOnlyList<Update> Updates(string method, ReadOnlyMemory<byte> result)
    {
        try
        {
            var (updates, count) = UpdateReader.ReadMany(result);
            // They could not even be confirmed: they would come again and again.
            if (updates.Count == 0 && count > 0) throw new BotApiException(BotError.InvalidAnswer, "the Bot API server sends updates without an id");
            return updates;
        }
        catch (JsonException)
        {
            throw new BotApiException(BotError.InvalidAnswer, $"the Bot API server's answer to {method} cannot be read");
        }
    }

    /// <summary>The error that an HTTP status stands for where there is no JSON to tell more.</summary>
    internal static BotApiException NoJson(string method, int status) => status switch
    {
        >= 500 => new(BotError.Unavailable, $"the Bot API server answered {method} with {status}") { MayHaveHappened = true },
        >= 300 and < 400 => new(BotError.InvalidAnswer, $"the Bot API server sends {method} somewhere else; set ApiBaseUrl to the server itself"),
        413 => new(BotError.FileTooBig, $"the Bot API server says that what {method} sends is too large"),
        429 => new(BotError.TooManyRequests, $"the Bot API server has had too many requests ({method})") { RetryAfter = TimeSpan.FromSeconds(1) },
        404 => new(BotError.InvalidAnswer, $"what answered {method} with 404 is no Bot API server; see the setting ApiBaseUrl"),
        _ => new(BotError.InvalidAnswer, $"what answered {method} with {status} is no Bot API server; see the setting ApiBaseUrl") { MayHaveHappened = true },
    };

    private BotApiException Failed(string method, int status, Dictionary<string, ReadOnlyMemory<byte>> members)
    {
        var code = Number(members.GetValueOrDefault("error_code")) ?? status;
        var description = Description(members.GetValueOrDefault("description"));
        if (description.Length == 0 && code < 400) return NoJson(method, code);
        var parameters = Parameters(members.GetValueOrDefault("parameters"));
        return new BotApiException(Classify(code, description, parameters), Sentence(method, code, description))
        {
            Description = description,
            RetryAfter = code == 429 ? RetryAfter(parameters.RetryAfter) : null,
            MigratedTo = parameters.MigrateToChatId,
            MayHaveHappened = code >= 500,
        };
    }

    private static BotError Classify(int code, string description, ErrorParameters parameters)
    {
        if (code == 401 || code == 404 && !IsUnknownMethod(description)) return BotError.BadToken;
        if (code == 429) return BotError.TooManyRequests;
        if (code >= 500) return BotError.Unavailable;
        if (parameters.MigrateToChatId is not null) return BotError.Migrated;
        foreach (var (words, error) in s_descriptions)
        {
            if (description.Contains(words, StringComparison.OrdinalIgnoreCase)) return error;
        }
        return code switch
        {
            403 => BotError.NoRights,
            409 => BotError.Conflict,
            413 => BotError.FileTooBig,
            _ => BotError.BadRequest,
        };
    }

    // A local server may be older than the method.
    private static bool IsUnknownMethod(string description) => description.Contains("method not found", StringComparison.OrdinalIgnoreCase);

    private static string Sentence(string method, int code, string description) => code switch
    {
        404 when IsUnknownMethod(description) => $"the Bot API server does not know {method}; take a newer one",
        401 or 404 => "Telegram does not know the bot; the token is wrong or was revoked: get the right one from BotFather",
        409 when description.Contains("webhook", StringComparison.OrdinalIgnoreCase) => $"Telegram refused {method}: {description}",
        409 => "another process is asking for this bot's updates; only one can",
        _ when description.Length > 0 => $"Telegram refused {method}: {description}",
        _ => string.Create(CultureInfo.InvariantCulture, $"Telegram refused {method} with {code}"),
    };

    private string Description(ReadOnlyMemory<byte> json)
    {
        var text = Text(json);
        var clean = new StringBuilder();
        foreach (var c in secrets.Hide(text))
        {
            if (clean.Length == LongestDescription) break;
            clean.Append(char.IsControl(c) ? ' ' : c);
        }
        return clean.ToString().Trim();
    }

    private static string Text(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty || json.Span[0] != '"') return "";
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            reader.Read();
            return reader.GetString() ?? "";
        }
        catch (Exception error) when (LenientRead.IsUnreadable(error))
        {
            return "";
        }
    }

    private static ErrorParameters Parameters(ReadOnlyMemory<byte> json)
    {
        try
        {
            return json.IsEmpty ? new() : JsonSerializer.Deserialize(json.Span, BotJson.Default.ErrorParameters) ?? new();
        }
        catch (Exception error) when (LenientRead.IsUnreadable(error))
        {
            return new();
        }
    }

    private static int? Number(ReadOnlyMemory<byte> json) =>
        System.Buffers.Text.Utf8Parser.TryParse(json.Span, out int number, out var used) && used == json.Length && number is >= 100 and < 1000 ? number : null;

    private static TimeSpan RetryAfter(long? seconds) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds ?? 1, 1, (long)s_longestRetryAfter.TotalSeconds));
}
