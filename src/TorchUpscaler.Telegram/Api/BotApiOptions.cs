using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Api;

/// <summary>How the Bot API is reached.</summary>
public sealed record BotApiOptions
{
    /// <summary>The bot's token, from BotFather: the bot's number, a colon, and 35 or so of A-Z a-z 0-9 _ -.</summary>
    public required string Token { get; init; }

    /// <summary>The server: Telegram's, or a local Bot API server's. May have a path.</summary>
    public Uri ApiBaseUrl { get; init; } = new("https://api.telegram.org");

    /// <summary>
    /// The folder in which a local Bot API server (started with <c>--local</c>) keeps its files; null where files are downloaded.
    /// Nothing outside it is read, whatever path the server names.
    /// </summary>
    public string? LocalFilesRoot { get; init; }

    /// <summary>How long an answer may take, beyond the time that the call itself asks for.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a download or an upload may stand still.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call that failed by no fault of its own is tried again.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The wait before the first of these tries; doubled for each further one, and varied so that not all come at once.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Refuses settings that cannot work.</summary>
    /// <exception cref="InputException">The message names the setting and never shows the token.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Token)) throw new InputException("the setting Token is missing; write the token that BotFather gave you, such as 123456789:AAE…");
        if (!IsToken(Token)) throw new InputException("the setting Token is no bot token; copy it whole from BotFather: digits, a colon, then letters, digits, _ and -");
        if (!ApiBaseUrl.IsAbsoluteUri || ApiBaseUrl.Scheme is not ("http" or "https") || ApiBaseUrl.Query.Length > 0 || ApiBaseUrl.UserInfo.Length > 0)
            throw new InputException("the setting ApiBaseUrl is no address of a Bot API server; write one such as https://api.telegram.org");
        if (ApiBaseUrl.Scheme == "http" && !ApiBaseUrl.IsLoopback && IsPublic(ApiBaseUrl.Host))
            throw new InputException($"the setting ApiBaseUrl would send the token to {ApiBaseUrl.Host} in the clear; write https://, or http:// only for a server on your own network");
        if (LocalFilesRoot is not null && !Path.IsPathFullyQualified(LocalFilesRoot))
            throw new InputException("the setting LocalFilesRoot is no full path; write one such as /var/lib/telegram-bot-api");
        if (AnswerTimeout <= TimeSpan.Zero) throw new InputException("the setting AnswerTimeout is not above 0; write a time such as 00:00:30");
        if (StallTimeout <= TimeSpan.Zero) throw new InputException("the setting StallTimeout is not above 0; write a time such as 00:00:30");
        if (Retries is < 0 or > 10) throw new InputException("the setting Retries is not from 0 to 10; write a number such as 3");
        if (RetryDelay < TimeSpan.Zero) throw new InputException("the setting RetryDelay is negative; write a time such as 00:00:00.5");
    }

    /// <summary>Where the Bot API is, and nothing secret.</summary>
    public override string ToString() => $"Bot API at {ApiBaseUrl.Scheme}://{ApiBaseUrl.Authority}";

    private static bool IsToken(string token)
    {
        var colon = token.IndexOf(':', StringComparison.Ordinal);
        return colon is > 0 and <= 20 && token.Length - colon - 1 is >= 20 and <= 100
            && token.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0
            && token.AsSpan(colon + 1).ContainsAnyExcept(s_secretLetters) == false;
    }

    private static readonly System.Buffers.SearchValues<char> s_secretLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether a host is on the internet, as far as its name tells: it has a dot and is no private address.</summary>
    private static bool IsPublic(string host)
    {
        if (!System.Net.IPAddress.TryParse(host.Trim('[', ']'), out var address)) return host.Contains('.', StringComparison.Ordinal) && !host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) && !host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
        var bytes = address.MapToIPv6().GetAddressBytes();
        if (address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal) return false;
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) return true;
        return !(bytes[12] == 10 || bytes[12] == 172 && bytes[13] is >= 16 and < 32 || bytes[12] == 192 && bytes[13] == 168);
    }
}
