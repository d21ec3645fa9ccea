using System.Text.Json;
using System.Text.Json.Serialization;
using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>How a document differs from what was asked for. It is kept with Telegram's file id, so that it is said whenever the file is sent.</summary>
internal sealed record SentAs
{
    /// <summary>Whether a photo cannot be made of the result.</summary>
    public bool IsNoPhoto { get; init; }

    /// <summary>The quality of the JPEG that it is, where it is not the format that was asked for.</summary>
    public int? Quality { get; init; }

    /// <summary>Bytes that it would have had otherwise.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether Telegram refused it otherwise, though it was below the limit.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether what was transparent is white.</summary>
    public bool IsOverWhite { get; init; }

    /// <summary>As it was kept; what is not known says nothing.</summary>
    internal static SentAs Of(string kept)
    {
        if (kept.Length == 0) return new();
        try
        {
            return JsonSerializer.Deserialize(kept, SentAsJson.Default.SentAs) ?? new();
        }
        catch (JsonException)
        {
            return new();
        }
    }

    /// <summary>As it is kept; empty where there is nothing to say.</summary>
    internal string ToText() => this == new SentAs() ? "" : JsonSerializer.Serialize(this, SentAsJson.Default.SentAs);

    /// <summary>In words for whoever gets it.</summary>
    internal FormattedText Say(Speech speech, PictureFormat format, ReplyAs asked, long limit) => StatusTexts.Lines(
        IsNoPhoto && asked != ReplyAs.Document ? speech.Say(TextKey.ResultNotAPhoto) : null,
        Quality is { } quality ? SayFitted(speech, PictureFormats.Name(format), quality, limit) : null,
        IsOverWhite ? speech.Say(TextKey.ResultOverWhite) : null);

    private FormattedText SayFitted(Speech speech, string format, int quality, long limit) => IsRefused
        ? speech.Say(TextKey.ResultRefusedJpeg, ("format", format), ("size", speech.Size(Bytes)), ("quality", quality))
        : speech.Say(TextKey.ResultFittedJpeg, ("format", format), ("size", speech.Size(Bytes)), ("limit", speech.Size(limit)), ("quality", quality));
}

/// <summary>It as JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SentAs))]
internal sealed partial class SentAsJson : JsonSerializerContext;
