using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>So many in any stretch of so long.</summary>
/// <param name="Count">How many.</param>
/// <param name="Window">How long.</param>
public readonly record struct SendRate(int Count, TimeSpan Window);

/// <summary>How much is sent, and how much may wait. Telegram's own limits by default.</summary>
public sealed record SendLimits
{
    /// <summary>In one chat: one a second, with short bursts.</summary>
    public SendRate Chat { get; init; } = new(3, TimeSpan.FromSeconds(3));

    /// <summary>In one group, beside <see cref="Chat"/>. Edits count, and each picture of an album does.</summary>
    public SendRate Group { get; init; } = new(20, TimeSpan.FromSeconds(60));

    /// <summary>In all.</summary>
    public SendRate All { get; init; } = new(30, TimeSpan.FromSeconds(1));

    /// <summary>How many calls may wait in one chat.</summary>
    public int QueuePerChat { get; init; } = 100;

    /// <summary>How many calls may wait in all.</summary>
    public int QueueInAll { get; init; } = 10_000;

    /// <summary>Where Telegram wants to be left alone for longer, calls fail with its <c>retry_after</c> instead of waiting.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a call that failed by no fault of its own is made again, where that does no harm. Each time it counts in all rates.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Refuses settings that cannot work.</summary>
    /// <exception cref="InputException">The message names the setting.</exception>
    public void Validate()
    {
        Positive(Chat, nameof(Chat));
        Positive(Group, nameof(Group));
        Positive(All, nameof(All));
        if (QueuePerChat < 1) throw new InputException("the setting QueuePerChat is under 1; write a number such as 100");
        if (QueueInAll < 1) throw new InputException("the setting QueueInAll is under 1; write a number such as 10000");
        if (LongestHold <= TimeSpan.Zero) throw new InputException("the setting LongestHold is not above 0; write a time such as 00:05:00");
    }

    private static void Positive(SendRate rate, string name)
    {
        if (rate.Count < 1 || rate.Window <= TimeSpan.Zero) throw new InputException($"the rate {name} is not above 0; write a count such as 20 and a time such as 00:01:00");
    }
}
