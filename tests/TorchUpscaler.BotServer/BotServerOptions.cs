namespace TorchUpscaler.BotServer;

/// <summary>How the server behaves.</summary>
public sealed record BotServerOptions
{
    /// <summary>The bot's token.</summary>
    public string Token { get; init; } = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcW";

    /// <summary>The bot's user name.</summary>
    public string Username { get; init; } = "upscaler_test_bot";

    /// <summary>Whether it is a local server: no limit of 20 MB, files by their path on this machine.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Whether the bot sees of a group only commands, mentions of itself and answers to itself.</summary>
    public bool HasGroupPrivacy { get; init; } = true;

    /// <summary>How long the server waits before it posts an update again that the webhook has not taken.</summary>
    public TimeSpan WebhookRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The clock of rate limits and dates.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The most bytes that the bot can upload in one call, all its files together.</summary>
    public long LargestUpload
    {
        get => field > 0 ? field : IsLocal ? 2000L << 20 : 50 << 20;
        init;
    }

    internal long BotId => long.Parse(Token[..Token.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture);
}
