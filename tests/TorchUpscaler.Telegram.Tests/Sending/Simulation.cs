using Microsoft.Extensions.Time.Testing;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>The scheduler in front of a Bot API whose calls take simulated time. All on one thread, so that a seed says what happens.</summary>
internal sealed class Simulation : IAsyncDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);
    private readonly DateTimeOffset _begin;
    private readonly PriorityQueue<SimulatedCall, (DateTimeOffset Due, int Number)> _underWay = new();

    internal Simulation(SendLimits? limits = null)
    {
        // What completes a call goes on with it at once, on this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        _begin = Clock.GetUtcNow();
        Scheduler = new SendScheduler(new SimulatedApi(this), limits, Clock);
    }

    internal FakeTimeProvider Clock { get; } = new();

    internal SendScheduler Scheduler { get; }

    /// <summary>All calls that were made, in the order of their starts.</summary>
    internal List<SimulatedCall> Calls { get; } = [];

    /// <summary>How long a call takes.</summary>
    internal Func<SimulatedCall, double> Seconds { get; set; } = _ => 0.1;

    /// <summary>What a call fails with, or null.</summary>
    internal Func<SimulatedCall, BotApiException?> Failure { get; set; } = _ => null;

    /// <summary>Seconds since the beginning.</summary>
    internal double Now => (Clock.GetUtcNow() - _begin).TotalSeconds;

    /// <summary>The texts, edits and names that were sent, in the order of their starts.</summary>
    internal IEnumerable<string> Sent => Calls.Select(call => call.What);

    internal static BotApiException TooMany(double seconds) => new(BotError.TooManyRequests, "too many") { RetryAfter = TimeSpan.FromSeconds(seconds) };

    internal void Pass(double seconds, Action? eachStep = null)
    {
        for (var until = Now + seconds - 1e-9; Now < until;)
        {
            Clock.Advance(s_step);
            while (_underWay.TryPeek(out var call, out var due) && due.Due <= Clock.GetUtcNow())
            {
                _underWay.Dequeue();
                call.End(Now);
            }
            eachStep?.Invoke();
        }
    }

    /// <summary>Lets time pass until all these are done.</summary>
    internal void PassUntil(IReadOnlyCollection<Task> tasks, double atMost)
    {
        for (var until = Now + atMost; tasks.Any(task => !task.IsCompleted);)
        {
            Assert.True(Now < until, $"{tasks.Count(task => !task.IsCompleted)} calls were not done after {atMost} s; {Scheduler.Waiting} wait");
            Pass(1);
        }
    }

    internal Task<Message> Text(long chat, string text, SendPriority priority = SendPriority.Result, CancellationToken cancellation = default) =>
        Scheduler.SendMessage(new TextMessage { Chat = chat, Text = text }, priority, cancellation);

    internal Task<bool> Edit(long chat, int message, string text, SendPriority priority = SendPriority.Progress, CancellationToken cancellation = default) =>
        Scheduler.EditMessageText(new TextEdit(new MessageRef(chat, message), text), priority, cancellation);

    internal Task<Message> File(long chat, string name, SendPriority priority = SendPriority.Result) =>
        Scheduler.SendDocument(new FileMessage { Chat = chat, File = OutgoingFile.At("/none", name) }, priority, default);

    internal Task<IReadOnlyList<Message>> Album(long chat, int count, SendPriority priority = SendPriority.Result) =>
        Scheduler.SendMediaGroup(new AlbumMessage { Chat = chat, Items = [.. Enumerable.Repeat(new AlbumItem(OutgoingFile.Known("x"), ""), count)] }, priority, default);

    public async ValueTask DisposeAsync()
    {
        var ending = Scheduler.DisposeAsync();
        await ending;
    }

    internal Task<SimulatedCall> Begin(SimulatedCall call, CancellationToken cancellation)
    {
        (call.Number, call.StartedAt) = (Calls.Count, Now);
        Calls.Add(call);
        call.Failure = Failure(call);
        _underWay.Enqueue(call, (Clock.GetUtcNow() + TimeSpan.FromSeconds(Seconds(call)), call.Number));
        cancellation.Register(() => call.Source.TrySetCanceled(cancellation));
        return call.Source.Task;
    }
}

/// <summary>A call of the simulated Bot API.</summary>
/// <param name="chat">Its chat, or null.</param>
/// <param name="what">What it says, for tests.</param>
/// <param name="cost">The messages that it counts as.</param>
internal sealed class SimulatedCall(long? chat, string what, int cost = 1)
{
    internal long? Chat => chat;

    internal string What => what;

    internal int Cost => cost;

    internal int Number { get; set; }

    internal double StartedAt { get; set; }

    internal double? EndedAt { get; private set; }

    internal BotApiException? Failure { get; set; }

    internal bool IsFile { get; init; }

    /// <summary>Not counted in its chat.</summary>
    internal bool IsFree { get; init; }

    internal TaskCompletionSource<SimulatedCall> Source { get; } = new();

    internal void End(double now)
    {
        EndedAt = now;
        if (Failure is null) Source.TrySetResult(this);
        else Source.TrySetException(Failure);
    }
}

/// <summary>A Bot API whose calls take simulated time.</summary>
internal sealed class SimulatedApi(Simulation simulation) : IBotApi
{
    public async Task<Message> SendMessage(TextMessage message, CancellationToken cancellation) =>
        Sent(await simulation.Begin(new SimulatedCall(message.Chat, message.Text.Text), cancellation).ConfigureAwait(false));

    public Task EditMessageText(TextEdit edit, CancellationToken cancellation) =>
        simulation.Begin(new SimulatedCall(edit.Message.Chat, $"#{edit.Message.Id}: {edit.Text}{(edit.Keyboard is null ? "" : $" [{edit.Keyboard.Rows[0][0].Text}]")}"), cancellation);

    public Task EditMessageReplyMarkup(MessageRef message, InlineKeyboard? keyboard, CancellationToken cancellation) =>
        simulation.Begin(new SimulatedCall(message.Chat, $"#{message.Id} [{keyboard?.Rows[0][0].Text}]"), cancellation);

    public Task DeleteMessage(MessageRef message, CancellationToken cancellation) =>
        simulation.Begin(new SimulatedCall(message.Chat, $"delete #{message.Id}"), cancellation);

    public Task AnswerCallbackQuery(CallbackAnswer answer, CancellationToken cancellation) =>
        simulation.Begin(new SimulatedCall(null, $"answer {answer.QueryId}") { IsFree = true }, cancellation);

    public Task SendChatAction(long chat, int? thread, ChatAction action, CancellationToken cancellation) =>
        simulation.Begin(new SimulatedCall(chat, action.ToString()) { IsFree = true }, cancellation);

    public Task<Message> SendPhoto(FileMessage message, CancellationToken cancellation) => SendDocument(message, cancellation);

    public async Task<Message> SendDocument(FileMessage message, CancellationToken cancellation) =>
        Sent(await simulation.Begin(new SimulatedCall(message.Chat, message.File.Name!) { IsFile = true }, cancellation).ConfigureAwait(false));

    public async Task<IReadOnlyList<Message>> SendMediaGroup(AlbumMessage album, CancellationToken cancellation) =>
        [Sent(await simulation.Begin(new SimulatedCall(album.Chat, $"album of {album.Items.Count}", album.Items.Count) { IsFile = true }, cancellation).ConfigureAwait(false))];

    public Task<User> GetMe(CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<Update>> GetUpdates(long offset, TimeSpan timeout, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public Task SetWebhook(Webhook webhook, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteWebhook(CancellationToken cancellation) => throw new NotSupportedException();

    public Task SetMyCommands(IReadOnlyList<BotCommand> commands, CommandScope scope, string? language, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DeleteMyCommands(CommandScope scope, string? language, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<RemoteFile> GetFile(string fileId, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<long> Download(RemoteFile file, Stream destination, long maximumBytes, CancellationToken cancellation) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }

    private static Message Sent(SimulatedCall call) => new() { MessageId = call.Number + 1, Chat = new Chat { Id = call.Chat!.Value }, Text = call.What };
}
