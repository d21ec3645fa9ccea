namespace TorchUpscaler.Telegram.Api;

/// <summary>Something that happened. At most one of the parts is there; none where this program has no use for it.</summary>
public sealed record Update
{
    /// <summary>Its number; rises.</summary>
    public required long Id { get; init; }

    /// <summary>Its JSON as it came (with what is not UTF-8, and NUL, replaced), to be kept and read again by <see cref="UpdateReader"/>.</summary>
    public required string Json { get; init; }

    /// <summary>A new message.</summary>
    public Message? Message { get; init; }

    /// <summary>A message that was changed.</summary>
    public Message? EditedMessage { get; init; }

    /// <summary>A pressed button.</summary>
    public CallbackQuery? CallbackQuery { get; init; }

    /// <summary>The bot was blocked or unblocked, put into a group or thrown out.</summary>
    public ChatMemberUpdated? MyChatMember { get; init; }

    /// <summary>Why a part could not be read, for the operator; null where all could. Says nothing of what stood there.</summary>
    public string? Defect { get; init; }
}
