using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Life;

/// <summary>What a send that failed means for what was to be sent.</summary>
internal static class SendErrors
{
    /// <summary>Whether nothing can ever be sent there.</summary>
    internal static bool IsEndOfChat(this BotApiException error) =>
        error.Error is BotError.Blocked or BotError.NotInGroup or BotError.ChatNotFound or BotError.NoRights;

    /// <summary>How long to wait before the next of several tries.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="tries">How many there were.</param>
    /// <param name="first">The wait after the first one; doubled with each.</param>
    /// <param name="longest">The longest wait, where Telegram itself names none.</param>
    internal static TimeSpan Rest(this BotApiException error, int tries, TimeSpan first, TimeSpan longest)
    {
        var rest = Waits.After(tries, first, longest);
        return error.RetryAfter is { } asked && asked > rest ? asked : rest;
    }
}
