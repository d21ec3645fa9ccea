using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.World;

/// <summary>Updates that the bot has not confirmed.</summary>
internal sealed class UpdateQueue(ServerState state)
{
    private readonly List<(long Id, string Json)> _waiting = [];
    private readonly List<(long Id, string Json)> _repeats = [];
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _poll = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _polls;
    private long _lastId = 730_000_000;
    private HashSet<string>? _allowed;

    /// <summary>How many wait.</summary>
    internal int Count
    {
        get
        {
            lock (state.Gate) return _waiting.Count + _repeats.Count;
        }
    }

    /// <summary>Ends when an update comes, or the waiting is to end for another reason.</summary>
    internal Task Arrival
    {
        get
        {
            lock (state.Gate) return _arrival.Task;
        }
    }

    /// <summary>Ends when a poll waits: at once where one does.</summary>
    internal Task Polled
    {
        get
        {
            lock (state.Gate) return _polls > 0 ? Task.CompletedTask : _poll.Task;
        }
    }

    /// <summary>A poll waits from now on.</summary>
    internal void BeginPoll()
    {
        lock (state.Gate)
        {
            _polls++;
            _poll.TrySetResult();
        }
    }

    /// <summary>A poll waits no more.</summary>
    internal void EndPoll()
    {
        lock (state.Gate)
        {
            if (--_polls == 0) _poll = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void Wake()
    {
        lock (state.Gate)
        {
            _arrival.TrySetResult();
            _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The kinds that are wanted; null for all.</summary>
    internal void Allow(IEnumerable<string>? kinds)
    {
        lock (state.Gate) _allowed = kinds is null ? null : [.. kinds];
    }

    internal void Add(string kind, JsonNode content)
    {
        lock (state.Gate)
        {
            if (_allowed is { Count: > 0 } && !_allowed.Contains(kind)) return;
            AddRaw(id => new JsonObject { ["update_id"] = id, [kind] = content }.ToJsonString());
        }
    }

    /// <summary>Adds whatever is given, for hostile tests.</summary>
    /// <param name="create">The JSON with the update's number.</param>
    internal long AddRaw(Func<long, string> create)
    {
        lock (state.Gate)
        {
            var id = ++_lastId;
            _waiting.Add((id, create(id)));
            Wake();
            return id;
        }
    }

    /// <summary>Forgets what is below an offset and returns the next ones. A negative offset counts from the end.</summary>
    internal IReadOnlyList<(long Id, string Json)> Take(long offset, int limit)
    {
        lock (state.Gate)
        {
            if (offset < 0) offset = _waiting.Count + offset is >= 0 and var index ? _waiting[(int)index].Id : 0;
            _waiting.RemoveAll(update => update.Id < offset);
            var repeated = Math.Min(limit, _repeats.Count);
            var taken = _repeats.Concat(_waiting).Take(limit).ToList();
            _repeats.RemoveRange(0, repeated);
            return taken;
        }
    }

    /// <summary>Delivers an update once more, whatever is confirmed.</summary>
    internal void Repeat((long Id, string Json) update)
    {
        lock (state.Gate) _repeats.Add(update);
    }
}
