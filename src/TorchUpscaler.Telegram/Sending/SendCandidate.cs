namespace TorchUpscaler.Telegram.Sending;

/// <summary>A call that could go next.</summary>
/// <param name="Call">The call.</param>
/// <param name="Chat">Its chat, or null.</param>
/// <param name="Priority">As urgent as the most urgent call that waits for it.</param>
/// <param name="LastServed">When its chat's last call started, by the order of all starts.</param>
internal readonly record struct SendCandidate(Outgoing Call, SendChat? Chat, SendPriority Priority, long LastServed)
{
    /// <summary>One start of so many, in a chat and in all, is the oldest call's, however little urgent it is: so nothing waits for ever.</summary>
    private const int OldestEvery = 10;

    /// <summary>Whether it leaves room for the more urgent.</summary>
    internal bool LeavesRoom => Priority >= SendPriority.Progress;

    /// <summary>Whether the next start is the oldest's.</summary>
    /// <param name="starts">How many there were.</param>
    internal static bool IsOldestsTurn(long starts) => starts % OldestEvery == OldestEvery - 1;

    /// <summary>The same, as urgent as one that waits for it.</summary>
    internal SendCandidate Before(SendCandidate behind) => behind.Priority < Priority ? this with { Priority = behind.Priority } : this;

    /// <summary>The one that goes first: the more urgent, then the one whose chat was served the longer ago, then the older.</summary>
    internal static SendCandidate? First(SendCandidate? one, SendCandidate? other, bool isOldestsTurn)
    {
        if (one is not { } first) return other;
        if (other is not { } second) return one;
        if (isOldestsTurn) return first.Call.Sequence <= second.Call.Sequence ? one : other;
        return (first.Priority, first.LastServed, first.Call.Sequence).CompareTo((second.Priority, second.LastServed, second.Call.Sequence)) <= 0 ? one : other;
    }
}
