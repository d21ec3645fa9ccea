using Library = global::Telegram.Bot;

namespace TorchUpscaler.Telegram.Full;

/// <summary>Asks for updates; Telegram.Bot's own request knows no numbers beyond 32 bits.</summary>
internal sealed class UpdatesRequest() : Library.Requests.RequestBase<bool>("getUpdates")
{
    /// <summary>The first that is wanted, or null.</summary>
    public long? Offset { get; init; }

    /// <summary>At most so many.</summary>
    public required int Limit { get; init; }

    /// <summary>How long Telegram waits, in seconds.</summary>
    public required int Timeout { get; init; }

    /// <summary>The kinds that are wanted.</summary>
    public required IReadOnlyList<string> AllowedUpdates { get; init; }
}
