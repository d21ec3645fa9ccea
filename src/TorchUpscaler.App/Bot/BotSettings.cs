using System.Net;
using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.App.Bot;

/// <summary>The settings of the bot, as they stand.</summary>
internal sealed record BotSettings
{
    /// <summary>The token, or null.</summary>
    internal string? Token { get; init; }

    /// <summary>A file whose first line is the token, or null.</summary>
    internal string? TokenFile { get; init; }

    /// <summary>The Bot API server.</summary>
    internal Uri ApiBaseUrl { get; init; } = new("https://api.telegram.org");

    /// <summary>Where a local Bot API server keeps its files, or null.</summary>
    internal string? LocalFilesRoot { get; init; }

    /// <summary>The address that Telegram posts updates to, or null: they are asked for.</summary>
    internal Uri? WebhookUrl { get; init; }

    /// <summary>Where the posts come in.</summary>
    internal IPEndPoint WebhookListen { get; init; } = new(IPAddress.Loopback, 8443);

    /// <summary>Who runs the bot.</summary>
    internal IReadOnlyList<long> Admins { get; init; } = [];

    /// <summary>Whom the bot is for; none: everybody.</summary>
    internal IReadOnlyList<long> Allowed { get; init; } = [];

    /// <summary>How many pictures one person may have made.</summary>
    internal IReadOnlyList<Quota> Quotas { get; init; } = [];

    /// <summary>How many pictures may wait in all.</summary>
    internal int MostWaiting { get; init; } = 2000;

    /// <summary>How many pictures of one person may wait.</summary>
    internal int MostWaitingOfOne { get; init; } = 50;

    /// <summary>The scale for those who have chosen none.</summary>
    internal int Scale { get; init; } = 4;

    /// <summary>Bytes of a file that is fetched.</summary>
    internal long MaxFetchBytes { get; init; } = 20L << 20;

    /// <summary>Bytes of a file that is sent.</summary>
    internal long MaxSendBytes { get; init; } = 50L << 20;

    /// <summary>How many files are fetched at a time.</summary>
    internal int Downloads { get; init; } = 32;

    /// <summary>How long a result is sent again from Telegram's own file.</summary>
    internal TimeSpan KeepSent { get; init; } = TimeSpan.FromDays(30);

    /// <summary>When admins get the digest, in UTC; null: never.</summary>
    internal TimeOnly? DigestAt { get; init; } = new(8, 0);

    /// <summary>Whether pictures are enlarged in this process too.</summary>
    internal bool HasWorker { get; init; } = true;

    /// <summary>How the Bot API is reached.</summary>
    /// <exception cref="InputException">There is no token, or a setting cannot work.</exception>
    internal BotApiOptions Api()
    {
        var options = new BotApiOptions { Token = ReadToken(), ApiBaseUrl = ApiBaseUrl, LocalFilesRoot = LocalFilesRoot };
        try
        {
            options.Validate();
            return options;
        }
        catch (InputException error)
        {
            throw new InputException(error.Message.Replace("the setting ", "the setting Bot:", StringComparison.Ordinal), error);
        }
    }

    private string ReadToken()
    {
        if (Token is not null) return Token;
        if (TokenFile is null)
            throw new InputException("the bot has no token; get one from @BotFather in Telegram, write it into a file, and name that with --token-file (or the token itself in TORCHUPSCALER__BOT__TOKEN)");
        try
        {
            return File.ReadLines(TokenFile).FirstOrDefault()?.Trim() is { Length: > 0 } token
                ? token
                : throw new InputException($"the setting Bot:TokenFile: the file {Display.Path(TokenFile)} is empty; write the token that BotFather gave you into it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"the setting Bot:TokenFile: the file {Display.Path(TokenFile)} cannot be read ({error.Message.TrimEnd('.')})", error);
        }
    }
}
