namespace TorchUpscaler.BotServer;

/// <summary>What is done about too many messages.</summary>
public enum RateLimitMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>They are let through and noted.</summary>
    Record,

    /// <summary>They are refused with 429, and noted.</summary>
    Enforce,
}

/// <summary>A message that was one too many.</summary>
/// <param name="Chat">The chat, or null where it was one too many in all.</param>
/// <param name="Method">The call.</param>
/// <param name="At">When, in seconds since the server's start.</param>
/// <param name="Limit">Which limit: <c>chat</c>, <c>group</c> or <c>global</c>.</param>
public sealed record Violation(long? Chat, string Method, double At, string Limit);

/// <summary>How many messages, edits and album items the server takes.</summary>
public sealed class RateLimits
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Dictionary<long, Bucket> _chats = [];
    private readonly Dictionary<long, Queue<double>> _groups = [];
    private readonly Queue<double> _all = [];
    private readonly List<Violation> _violations = [];

    internal RateLimits(TimeProvider clock) => (_clock, _start) = (clock, clock.GetTimestamp());

    /// <summary>What is done about too many.</summary>
    public RateLimitMode Mode { get; set; } = RateLimitMode.Record;

    /// <summary>Messages a second in one chat, in the long run.</summary>
    public double ChatPerSecond { get; set; } = 1;

    /// <summary>How many may come at once in a chat that was quiet.</summary>
    public int ChatBurst { get; set; } = 5;

    /// <summary>Messages in one group in any minute.</summary>
    public int GroupPerMinute { get; set; } = 20;

    /// <summary>Messages in any second in all.</summary>
    public int AllPerSecond { get; set; } = 30;

    /// <summary>Messages that were too many.</summary>
    public IReadOnlyList<Violation> Violations
    {
        get
        {
            lock (_gate) return [.. _violations];
        }
    }

    /// <summary>Counts messages.</summary>
    /// <returns>The seconds after which they may be sent, where they are too many and refused; else null.</returns>
    internal int? Take(string method, long chat, int count)
    {
        lock (_gate)
        {
            if (Mode == RateLimitMode.Off) return null;
            var now = _clock.GetElapsedTime(_start).TotalSeconds;
            var (limit, wait) = Find(chat, count, now);
            if (limit is not null) _violations.Add(new Violation(limit == "global" ? null : chat, method, now, limit));
            if (limit is not null && Mode == RateLimitMode.Enforce) return Math.Max(1, (int)Math.Ceiling(wait));
            Count(chat, count, now);
            return null;
        }
    }

    private (string? Limit, double Wait) Find(long chat, int count, double now)
    {
        Forget(_all, now - 1);
        if (_all.Count + count > AllPerSecond && _all.Count > 0) return ("global", 1);
        if (chat < 0 && _groups.TryGetValue(chat, out var group))
        {
            Forget(group, now - 60);
            if (group.Count + count > GroupPerMinute) return ("group", group.Count == 0 ? 1 : group.Peek() + 60 - now);
        }
        // An album may take more than there is, as long as there is one: it is paid back.
        if (_chats.TryGetValue(chat, out var bucket) && bucket.Level(now, ChatPerSecond, ChatBurst) is < 1 and var level) return ("chat", (1 - level) / ChatPerSecond);
        return (null, 0);
    }

    private void Count(long chat, int count, double now)
    {
        for (var i = 0; i < count; i++) _all.Enqueue(now);
        if (chat < 0)
        {
            if (!_groups.TryGetValue(chat, out var group)) _groups[chat] = group = [];
            for (var i = 0; i < count; i++) group.Enqueue(now);
        }
        if (!_chats.TryGetValue(chat, out var bucket)) _chats[chat] = bucket = new Bucket(ChatBurst, now);
        bucket.Take(count, now, ChatPerSecond, ChatBurst);
    }

    private static void Forget(Queue<double> times, double before)
    {
        while (times.TryPeek(out var time) && time <= before) times.Dequeue();
    }

    private sealed class Bucket(double level, double at)
    {
        private double _level = level;
        private double _at = at;

        internal double Level(double now, double perSecond, double burst) => Math.Min(burst, _level + (now - _at) * perSecond);

        internal void Take(int count, double now, double perSecond, double burst) => (_level, _at) = (Level(now, perSecond, burst) - count, now);
    }
}
