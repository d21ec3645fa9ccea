using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>As what a picture came.</summary>
public enum PictureKind
{
    /// <summary>A photo, which Telegram has compressed.</summary>
    Photo,

    /// <summary>A file as it is.</summary>
    Document,

    /// <summary>A sticker that does not move.</summary>
    Sticker,
}

/// <summary>What somebody asked for with a picture: what the bot keeps with its job.</summary>
public sealed record PictureRequest
{
    /// <summary>The bot's name among the queue's front ends.</summary>
    public const string FrontEnd = "telegram";

    /// <summary>Where the result goes.</summary>
    public required long Chat { get; init; }

    /// <summary>The forum's thread, or null.</summary>
    public int? Thread { get; init; }

    /// <summary>The message that the result answers.</summary>
    public required int Message { get; init; }

    /// <summary>Who asked.</summary>
    public required long Person { get; init; }

    /// <summary>The language that the person is spoken to in.</summary>
    public Language Language { get; init; }

    /// <summary>As what the picture came.</summary>
    public PictureKind Kind { get; init; }

    /// <summary>Names the picture's file for this bot.</summary>
    public required string FileId { get; init; }

    /// <summary>Names it for ever; null where Telegram does not say.</summary>
    public string? UniqueId { get; init; }

    /// <summary>Its bytes, where Telegram says how many.</summary>
    public long? Bytes { get; init; }

    /// <summary>The album that it is of, or null.</summary>
    public string? Album { get; init; }

    /// <summary>How the result is sent.</summary>
    public ReplyAs ReplyAs { get; init; }

    /// <summary>A person's name in the queue.</summary>
    public static string QueueName(long person) => string.Create(CultureInfo.InvariantCulture, $"{FrontEnd}:{person}");

    /// <summary>The request that a job was made of; null where it is none of this bot's.</summary>
    public static PictureRequest? Of(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.FrontEnd != FrontEnd || job.Payload is null) return null;
        try
        {
            return JsonSerializer.Deserialize(job.Payload, RequestJson.Default.PictureRequest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As it is kept with a job.</summary>
    public string ToPayload() => JsonSerializer.Serialize(this, RequestJson.Default.PictureRequest);
}

/// <summary>Requests as JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PictureRequest))]
internal sealed partial class RequestJson : JsonSerializerContext;
