namespace TorchUpscaler.Telegram.Sending;

/// <summary>What goes first where not everything can go at once.</summary>
public enum SendPriority
{
    /// <summary>Somebody waits for a reaction: answers to pressed buttons, "accepted".</summary>
    Urgent,

    /// <summary>What was asked for: results, failures.</summary>
    Result,

    /// <summary>How far it is. Leaves room for the above, and is overtaken by it in its own chat.</summary>
    Progress,

    /// <summary>News for everyone. Leaves room for all others.</summary>
    Broadcast,
}
