using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Life;

/// <summary>A photo, or an album, that somebody wants enlarged, as the conversation has understood it.</summary>
public sealed record PhotoRequest
{
    /// <summary>What it is known by, such as <c>u730000001</c> of its first update: requested again under it, it is the same request.</summary>
    public required string Key { get; init; }

    /// <summary>Whose it is.</summary>
    public required long Person { get; init; }

    /// <summary>Where it is answered.</summary>
    public required long Chat { get; init; }

    /// <summary>The forum's thread, or null.</summary>
    public int? Thread { get; init; }

    /// <summary>The language of what is said about it: <c>en</c> or <c>ru</c>.</summary>
    public required string Language { get; init; }

    /// <summary>How urgent it is.</summary>
    public JobClass Class { get; init; } = JobClass.Normal;

    /// <summary>How many times larger.</summary>
    public required int Scale { get; init; }

    /// <summary>The model, or null: the best one for the scale.</summary>
    public string? Model { get; init; }

    /// <summary>The result's format.</summary>
    public PictureFormat Format { get; init; } = PictureFormat.Png;

    /// <summary>How the result is sent.</summary>
    public ReplyAs ReplyAs { get; init; }

    /// <summary>The photos: one, or those of an album in its order.</summary>
    public required IReadOnlyList<RequestedPhoto> Photos { get; init; }

    /// <summary>What a photo's result depends on beside the photo.</summary>
    internal string Settings => FormattableString.Invariant($"x{Scale} {Format} {Model}");

    /// <summary>What a photo's job is known by.</summary>
    internal string KeyOf(int item) => FormattableString.Invariant($"{Key}.{item}");
}

/// <summary>One photo of a request.</summary>
/// <param name="FileId">Names the file for this bot.</param>
/// <param name="UniqueId">The same for ever, or null.</param>
/// <param name="Name">Its name; cleaned here.</param>
/// <param name="Bytes">Its size as Telegram says, or null.</param>
/// <param name="IsCompressed">Whether Telegram has compressed it.</param>
/// <param name="Message">Its message, which the answer replies to.</param>
public sealed record RequestedPhoto(string FileId, string? UniqueId, string? Name, long? Bytes, bool IsCompressed, int Message);

/// <summary>What a photo's job keeps for its way back.</summary>
internal sealed record PhotoOrder
{
    /// <summary>The request's key, which is its status message's too.</summary>
    public required string Status { get; init; }

    public required long Person { get; init; }

    public required long Chat { get; init; }

    public int? Thread { get; init; }

    /// <summary>The photo's message.</summary>
    public required int Message { get; init; }

    public required string Language { get; init; }

    public required string FileId { get; init; }

    public string? UniqueId { get; init; }

    public required string Settings { get; init; }

    public ReplyAs ReplyAs { get; init; }

    public bool IsCompressed { get; init; }

    /// <summary>Its place in the album, from 0 on.</summary>
    public int Item { get; init; }

    /// <summary>How many photos the album has.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Reads a job's payload; null where it is none of this front end's.</summary>
    internal static PhotoOrder? Of(Job job)
    {
        try
        {
            return job.Payload is null ? null : System.Text.Json.JsonSerializer.Deserialize(job.Payload, DataJson.Default.PhotoOrder);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    /// <summary>A job's payload.</summary>
    internal string ToJson() => System.Text.Json.JsonSerializer.Serialize(this, DataJson.Default.PhotoOrder);

    /// <summary>The orders of a request.</summary>
    internal static IEnumerable<(RequestedPhoto Photo, PhotoOrder Order)> Of(PhotoRequest request) => request.Photos.Select((photo, item) => (photo, new PhotoOrder
    {
        Status = request.Key,
        Person = request.Person,
        Chat = request.Chat,
        Thread = request.Thread,
        Message = photo.Message,
        Language = request.Language,
        FileId = photo.FileId,
        UniqueId = photo.UniqueId,
        Settings = request.Settings,
        ReplyAs = request.ReplyAs,
        IsCompressed = photo.IsCompressed,
        Item = item,
        Count = request.Photos.Count,
    }));

    /// <summary>The name that the photo's job has, and its result gets.</summary>
    internal static string NameOf(RequestedPhoto photo) => FileNames.Clean(photo.Name ?? "photo.jpg");
}
