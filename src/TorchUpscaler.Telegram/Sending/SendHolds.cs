using Microsoft.Extensions.Logging;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>Which chats Telegram wants to be left alone, and whether it wants that itself.</summary>
/// <param name="longest">Nobody waits for longer.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">Told of each refusal.</param>
internal sealed partial class SendHolds(TimeSpan longest, TimeProvider clock, ILogger log)
{
    /// <summary>So many chats that want to be left alone at nearly the same time mean that all do.</summary>
    private const int ChatsThatMeanAll = 3;

    private static readonly TimeSpan s_nearlyTheSameTime = TimeSpan.FromSeconds(10);

    /// <summary>Added to <c>retry_after</c>, whose clock is Telegram's.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(0.25);

    private readonly Dictionary<long, long> _lastRefused = [];

    /// <summary>Until when all is to be left alone.</summary>
    internal long AllUntil { get; private set; }

    /// <summary>Telegram has refused a call as too much.</summary>
    /// <param name="id">The call's chat, or null.</param>
    /// <param name="chat">The same.</param>
    /// <param name="retryAfter">How long it wants to be left alone.</param>
    /// <param name="now">The time.</param>
    internal void Refused(long? id, SendChat? chat, TimeSpan retryAfter, long now)
    {
        var until = now + (long)((retryAfter + s_margin).TotalSeconds * clock.TimestampFrequency);
        foreach (var (other, at) in _lastRefused)
        {
            if (clock.GetElapsedTime(at, now) > s_nearlyTheSameTime) _lastRefused.Remove(other);
        }
        if (id is { } refused)
        {
            _lastRefused[refused] = now;
            chat!.HeldUntil = Math.Max(chat.HeldUntil, until);
            LogHeld(refused, retryAfter.TotalSeconds);
        }
        if (id is null || _lastRefused.Count >= ChatsThatMeanAll)
        {
            AllUntil = Math.Max(AllUntil, until);
            LogAllHeld(retryAfter.TotalSeconds);
        }
    }

    /// <summary>How long a chat (with null: all) is still to be left alone; zero where it is not.</summary>
    internal TimeSpan Left(SendChat? chat, long now) => clock.GetElapsedTime(now, Math.Max(now, Math.Max(AllUntil, chat?.HeldUntil ?? 0)));

    /// <summary>Whether that is longer than anybody should wait.</summary>
    internal bool IsTooLong(SendChat? chat, long now) => Left(chat, now) > longest;

    [LoggerMessage(LogLevel.Warning, "Telegram wants chat {Chat} to be left alone for {Seconds} s")]
    private partial void LogHeld(long chat, double seconds);

    [LoggerMessage(LogLevel.Warning, "Telegram wants to be left alone for {Seconds} s")]
    private partial void LogAllHeld(double seconds);
}
