using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>How a result is sent.</summary>
public enum ReplyAs
{
    /// <summary>As a file, without loss.</summary>
    File,

    /// <summary>As a photo, which Telegram compresses.</summary>
    Photo,

    /// <summary>As a photo and as a file.</summary>
    Both,
}

/// <summary>What a person has chosen.</summary>
public sealed record PersonSettings
{
    /// <summary>Nothing chosen yet.</summary>
    public static PersonSettings Default { get; } = new();

    /// <summary>The language, or null: that of the person's Telegram.</summary>
    public Language? Language { get; init; }

    /// <summary>How many times larger: 2, 4 or 8.</summary>
    public int Scale { get; init; } = 4;

    /// <summary>The model's name, or null: the best one for the scale.</summary>
    public string? Model { get; init; }

    /// <summary>How results are sent.</summary>
    public ReplyAs ReplyAs { get; init; }

    /// <summary>The format of results that are sent as files.</summary>
    public PictureFormat Format { get; init; } = PictureFormat.Png;
}
