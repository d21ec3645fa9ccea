using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>What holds whatever the traffic: rates as the server sees them, order, and that everything is answered.</summary>
public class RandomTrafficTests
{
    private const double Tolerance = 1e-6;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    public async Task No_window_of_the_server_has_more_than_the_rates_whenever_calls_arrive(int seed, bool isCrowd)
    {
        await using var traffic = new Traffic(seed, refusals: 0, isCrowd);
        traffic.Run();
        var random = new Random(seed + 100);
        // A call arrives at some time between its start and its end.
        var arrivals = traffic.Simulation.Calls.Select(call => (Call: call, At: call.StartedAt + random.NextDouble() * (call.EndedAt!.Value - call.StartedAt))).ToList();

        AssertRate(seed, "all", [.. arrivals], 30, 1, call => call.Cost);
        // The crowd wants more than there is, or nothing would be seen here.
        if (isCrowd) Assert.True(traffic.WaitingAtItsEnd > 200, $"seed {seed}: only {traffic.WaitingAtItsEnd} calls waited");
        foreach (var chat in arrivals.Where(arrival => !arrival.Call.IsFree).GroupBy(arrival => arrival.Call.Chat!.Value))
        {
            // An album counts as one on its way; after it the chat rests for as many seconds as it has pictures.
            AssertRate(seed, $"chat {chat.Key}", [.. chat], 3, 3, _ => 1);
            foreach (var (album, _) in chat.Where(arrival => arrival.Call.Cost > 3))
                Assert.DoesNotContain(chat, other => other.Call.StartedAt > album.EndedAt && other.Call.StartedAt < album.EndedAt + album.Cost - Tolerance);
            if (chat.Key < 0) AssertRate(seed, $"group {chat.Key}", [.. chat], 20, 60, call => call.Cost);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Every_call_is_answered_and_each_lane_of_a_chat_keeps_its_order(int seed)
    {
        await using var traffic = new Traffic(seed, refusals: 0.05);
        traffic.Run();
        Assert.All(traffic.Tasks, task => Assert.True(task.IsCompletedSuccessfully, $"seed {seed}: {task.Exception?.Message}"));
        foreach (var (lane, queued) in traffic.Queued)
        {
            var sent = traffic.Simulation.Calls.Where(call => call.Failure is null && (call.Chat, call.IsFile) == lane && queued.Contains(call.What)).Select(call => call.What);
            Assert.Equal(queued, sent);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task A_chat_that_wants_to_be_left_alone_is(int seed)
    {
        await using var traffic = new Traffic(seed, refusals: 0.05);
        traffic.Run();
        var refused = traffic.Simulation.Calls.Where(call => call.Failure is not null).ToList();
        Assert.NotEmpty(refused);
        foreach (var refusal in refused)
        {
            var until = refusal.EndedAt!.Value + refusal.Failure!.RetryAfter!.Value.TotalSeconds;
            Assert.DoesNotContain(traffic.Simulation.Calls, call => call.Chat == refusal.Chat && call.StartedAt > refusal.EndedAt && call.StartedAt < until);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Of_the_edits_of_a_message_the_last_is_what_it_says_at_the_end(int seed)
    {
        await using var traffic = new Traffic(seed, refusals: 0.05);
        traffic.Run();
        Assert.NotEmpty(traffic.LastEdits);
        foreach (var (message, text) in traffic.LastEdits)
        {
            var sent = traffic.Simulation.Calls.Last(call => call.Failure is null && call.Chat == message.Chat && call.What.StartsWith($"#{message.Id}:", StringComparison.Ordinal));
            Assert.Equal(text, sent.What);
        }
        Assert.True(traffic.Edits > traffic.Simulation.Calls.Count(call => call.What.StartsWith('#')), $"seed {seed}: no edit was saved");
    }

    private static void AssertRate(int seed, string scope, (SimulatedCall Call, double At)[] arrivals, int count, double window, Func<SimulatedCall, int> cost)
    {
        Array.Sort(arrivals, (one, other) => one.At.CompareTo(other.At));
        var (first, sum) = (0, 0);
        for (var last = 0; last < arrivals.Length; last++)
        {
            sum += cost(arrivals[last].Call);
            while (arrivals[first].At <= arrivals[last].At - window + Tolerance) sum -= cost(arrivals[first++].Call);
            Assert.True(sum <= count, $"seed {seed}, {scope}: {sum} within {window} s before {arrivals[last].At:F3}");
        }
    }

    /// <summary>Everything that a bot says, and then the end: two minutes in a few busy chats, or twenty seconds in a crowd of them.</summary>
    private sealed class Traffic(int seed, double refusals, bool isCrowd = false) : IAsyncDisposable
    {
        private readonly Random _random = new(seed);
        private readonly long[] _chats = isCrowd ? [.. Enumerable.Range(1, 150), .. Enumerable.Range(-20, 20)] : [1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3];
        private int _count;

        internal Simulation Simulation { get; } = new();

        internal List<Task> Tasks { get; } = [];

        /// <summary>What was queued, lane by lane, in its order; without edits.</summary>
        internal Dictionary<(long? Chat, bool IsFile), List<string>> Queued { get; } = [];

        internal Dictionary<MessageRef, string> LastEdits { get; } = [];

        internal int Edits { get; private set; }

        /// <summary>How many calls waited when the last one had come.</summary>
        internal int WaitingAtItsEnd { get; private set; }

        internal void Run()
        {
            Simulation.Seconds = call => call.IsFile ? 0.2 + 8 * _random.NextDouble() : 0.02 + 0.8 * _random.NextDouble() * _random.NextDouble();
            Simulation.Failure = call => call.Chat is not null && _random.NextDouble() < refusals ? Simulation.TooMany(1 + _random.Next(4)) : null;
            Simulation.Pass(isCrowd ? 20 : 120, () =>
            {
                if (_random.NextDouble() < (isCrowd ? 0.9 : 0.08)) Say(_chats[_random.Next(_chats.Length)]);
            });
            WaitingAtItsEnd = Simulation.Scheduler.Waiting;
            Simulation.PassUntil(Tasks, 1800);
        }

        public ValueTask DisposeAsync() => Simulation.DisposeAsync();

        private void Say(long chat)
        {
            var what = $"{++_count}";
            switch (_random.Next(10))
            {
                case < 2:
                    Queue(chat, false, what);
                    Tasks.Add(Simulation.Text(chat, what, (SendPriority)_random.Next(4)));
                    break;
                case < 7:
                    var message = new MessageRef(chat, _random.Next(3) + 1);
                    LastEdits[message] = $"#{message.Id}: {what}";
                    Edits++;
                    Tasks.Add(Simulation.Edit(chat, message.Id, what));
                    break;
                case 7:
                    Queue(chat, true, what);
                    Tasks.Add(Simulation.File(chat, what));
                    break;
                case 8 when _random.Next(4) == 0:
                    Tasks.Add(Simulation.Album(chat, _random.Next(2, 11)));
                    break;
                case 9:
                    Tasks.Add(Simulation.Scheduler.AnswerCallbackQuery(new CallbackAnswer(what), default));
                    Tasks.Add(Simulation.Scheduler.SendChatAction(chat, null, ChatAction.UploadPhoto, default));
                    break;
            }
        }

        private void Queue(long chat, bool isFile, string what)
        {
            if (!Queued.TryGetValue((chat, isFile), out var list)) Queued[(chat, isFile)] = list = [];
            list.Add(what);
        }
    }
}
