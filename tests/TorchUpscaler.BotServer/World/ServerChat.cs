namespace TorchUpscaler.BotServer.World;

/// <summary>A chat: a person's with the bot, or a group.</summary>
public abstract class ServerChat
{
    private readonly List<ServerMessage> _messages = [];
    private readonly List<string> _history = [];

    private protected ServerChat(ServerState state, long id) => (State, Id) = (state, id);

    /// <summary>Its number.</summary>
    public long Id { get; }

    /// <summary><c>private</c>, <c>group</c> or <c>supergroup</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Its name.</summary>
    public abstract string Title { get; }

    /// <summary>All its messages, the deleted ones too, the oldest first.</summary>
    public IReadOnlyList<ServerMessage> Messages
    {
        get
        {
            lock (State.Gate) return [.. _messages];
        }
    }

    /// <summary>The messages of the bot that are there, the oldest first.</summary>
    public IReadOnlyList<ServerMessage> FromBot => [.. Messages.Where(message => message.IsFromBot && !message.IsDeleted)];

    /// <summary>How often the bot was seen doing something, by action.</summary>
    public IReadOnlyDictionary<string, int> Actions
    {
        get
        {
            lock (State.Gate) return new Dictionary<string, int>(ActionCounts);
        }
    }

    internal ServerState State { get; }

    internal Dictionary<string, int> ActionCounts { get; } = [];

    /// <summary>What the chat looks like now.</summary>
    /// <param name="replacements">Patterns and what stands for them, for what differs from run to run.</param>
    public string Screen(params (string Pattern, string Replacement)[] replacements) =>
        Transcript.Normalise(Transcript.Screen(this), replacements);

    /// <summary>All that happened in the chat, in its order.</summary>
    /// <param name="replacements">Patterns and what stands for them, for what differs from run to run.</param>
    public string History(params (string Pattern, string Replacement)[] replacements)
    {
        lock (State.Gate) return Transcript.Normalise(string.Concat(_history), replacements);
    }

    /// <summary>Waits until a message of the bot is there, now or later, that is as it should be.</summary>
    /// <exception cref="TimeoutException">None came in time; the message shows the chat.</exception>
    public async Task<ServerMessage> WaitFor(Func<ServerMessage, bool> isRight, TimeSpan? atMost = null)
    {
        ServerMessage? found = null;
        await WaitUntil(() => (found = FromBot.FirstOrDefault(isRight)) is not null, atMost);
        return found!;
    }

    /// <summary>Waits until something is so.</summary>
    /// <exception cref="TimeoutException">It did not come to be in time; the message shows the chat.</exception>
    public async Task WaitUntil(Func<bool> isSo, TimeSpan? atMost = null)
    {
        using var patience = new CancellationTokenSource(atMost ?? TimeSpan.FromSeconds(60));
        while (true)
        {
            var change = State.NextChange;
            if (isSo()) return;
            try
            {
                await change.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"what was waited for did not come; the chat:\n{Screen()}");
            }
        }
    }

    internal ServerMessage Add(Func<int, ServerMessage> create)
    {
        lock (State.Gate)
        {
            var message = create(_messages.Count + 1);
            _messages.Add(message);
            Note(Transcript.Line(message));
            return message;
        }
    }

    internal void Note(string happened)
    {
        lock (State.Gate)
        {
            _history.Add(happened);
            State.Changed();
        }
    }

    internal ServerMessage? Find(long id)
    {
        lock (State.Gate) return id >= 1 && id <= _messages.Count && !_messages[(int)id - 1].IsDeleted ? _messages[(int)id - 1] : null;
    }
}
