using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>Whom the bot serves, and how much of it.</summary>
public sealed record TalkOptions
{
    /// <summary>Who runs the bot, by Telegram's numbers.</summary>
    public IReadOnlySet<long> Admins { get; init; } = new HashSet<long>();

    /// <summary>The people and groups that the bot is for, by Telegram's numbers; none: everybody.</summary>
    public IReadOnlySet<long> Allowed { get; init; } = new HashSet<long>();

    /// <summary>How many pictures one person may have made, those of which nothing came not counted; not for VIPs and administrators.</summary>
    public IReadOnlyList<Quota> Quotas { get; init; } = [];

    /// <summary>How many pictures may wait in all.</summary>
    public int MostWaiting { get; init; } = 2000;

    /// <summary>How many pictures of one person may wait; not for VIPs and administrators.</summary>
    public int MostWaitingOfOne { get; init; } = 50;

    /// <summary>The scale for those who have chosen none.</summary>
    public int Scale { get; init; } = 4;

    /// <summary>What pictures are taken and sent.</summary>
    public PictureTerms Terms { get; init; } = new("JPEG, PNG, WebP", 20 << 20, 50 << 20);

    /// <summary>The picture that shows what the bot does, or null.</summary>
    public string? Example { get; init; }

    /// <summary>The names of the models that are installed; none where the workers are elsewhere.</summary>
    public Func<IReadOnlyList<string>> Models { get; init; } = () => [];
}
