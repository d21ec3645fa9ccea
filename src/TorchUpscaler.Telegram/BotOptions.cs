using TorchUpscaler.Telegram.Intake;
using TorchUpscaler.Telegram.Life;

namespace TorchUpscaler.Telegram;

/// <summary>How the bot works.</summary>
public sealed record BotOptions
{
    /// <summary>How updates are taken and handled.</summary>
    public IntakeOptions Intake { get; init; } = new();

    /// <summary>How photos are fetched and results delivered.</summary>
    public required LifeOptions Life { get; init; }

    /// <summary>Whether updates are posted to a webhook instead of being asked for.</summary>
    public bool HasWebhook { get; init; }

    /// <summary>How long this process talks for the bot without saying so again: after a crash of its machine another one begins so late.</summary>
    public TimeSpan TurnLease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long calls that are under way have left when the process is to end.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(3);
}
