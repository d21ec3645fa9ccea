using System.Buffers;
using System.Net;
using System.Net.Sockets;
using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Api;

/// <summary>How the Bot API is reached.</summary>
public sealed record BotApiOptions
{
    private static readonly SearchValues<char> s_secretLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    private static readonly string[] s_ownDomains = [".local", ".internal", ".lan", ".home.arpa"];
    private static readonly IPNetwork[] s_ownNetworks = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16")];

    /// <summary>The bot's token, from BotFather: the bot's number, a colon, and 35 or so of A-Z a-z 0-9 _ -.</summary>
    public required string Token { get; init; }

    /// <summary>The server: Telegram's, or a local Bot API server's. May have a path.</summary>
    public Uri ApiBaseUrl { get; init; } = new("https://api.telegram.org");

    /// <summary>
    /// The folder in which a local Bot API server (started with <c>--local</c>) keeps its files; null where files are downloaded.
    /// Nothing outside it is read, whatever path the server names.
    /// </summary>
    public string? LocalFilesRoot { get; init; }

    /// <summary>How long a connection may take to come about.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

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
        if (ConnectTimeout <= TimeSpan.Zero) throw new InputException("the setting ConnectTimeout is not above 0; write a time such as 00:00:10");
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
            && !token.AsSpan(0, colon).ContainsAnyExceptInRange('0', '9')
            && !token.AsSpan(colon + 1).ContainsAnyExcept(s_secretLetters);
    }

    /// <summary>Whether a host is on the internet, as far as its name tells.</summary>
    private static bool IsPublic(string host)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var address))
            return host.Contains('.', StringComparison.Ordinal) && !s_ownDomains.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return !address.IsIPv6LinkLocal && !address.IsIPv6UniqueLocal;
        return !s_ownNetworks.Any(network => network.Contains(address));
    }
}
