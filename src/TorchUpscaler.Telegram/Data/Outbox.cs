using System.Text.Json;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Data;

/// <summary>Texts that must arrive, whatever breaks meanwhile.</summary>
public sealed class Outbox
{
    private readonly BotTables _tables;

    internal Outbox(BotTables tables) => _tables = tables;

    /// <summary>Keeps texts to be sent. Durable when it returns.</summary>
    /// <param name="messages">The texts, each with a key: added again under it, it is the same text, unchanged.</param>
    /// <param name="topic">What they belong to, to be counted by.</param>
    /// <param name="priority">What goes first.</param>
    public void Add(IEnumerable<(string Key, TextMessage Message)> messages, string topic, SendPriority priority)
    {
        var rows = messages.Select(item => _tables.With(new
        {
            item.Key,
            item.Message.Chat,
            topic,
            priority = (int)priority,
            message = JsonSerializer.Serialize(item.Message, DataJson.Default.TextMessage),
        })).ToList();
        _tables.Write(work => rows.Sum(row => work.Execute("add text", row)));
    }

    /// <summary>Those that are due, the most urgent first.</summary>
    public IReadOnlyList<OutboxText> Due(int limit) => _tables.Read(work => work.Query<OutboxText>("due texts", _tables.With(new { limit })));

    /// <summary>It has arrived.</summary>
    public void Sent(long id) => End(id, "sent");

    /// <summary>It can never arrive.</summary>
    public void Drop(long id) => End(id, "dropped");

    /// <summary>It could not be sent now.</summary>
    public void Rest(long id, TimeSpan time) => _tables.Write(work => work.Execute("rest text", _tables.With(new { id, rest = BotTables.Milliseconds(time) })));

    /// <summary>How many texts of a topic wait, are sent, and can never arrive.</summary>
    public (long Waiting, long Sent, long Dropped) Count(string topic)
    {
        var counts = _tables.Read(work => work.Query<StateCount>("topic counts", new { topic })).ToDictionary(row => row.State, row => row.Count);
        return (counts.GetValueOrDefault("waiting"), counts.GetValueOrDefault("sent"), counts.GetValueOrDefault("dropped"));
    }

    private void End(long id, string state) => _tables.Write(work => work.Execute("end text", new { id, state }));

    private sealed record StateCount
    {
        public string State { get; init; } = "";

        public long Count { get; init; }
    }
}

/// <summary>A text that is to be sent.</summary>
public sealed record OutboxText
{
    /// <summary>Its number.</summary>
    public long Id { get; init; }

    /// <summary>The chat.</summary>
    public long Chat { get; init; }

    /// <summary>How urgent it is.</summary>
    public SendPriority Priority { get; init; }

    /// <summary>The message as JSON.</summary>
    public string Message { get; init; } = "";

    /// <summary>How often it could not be sent.</summary>
    public int Attempts { get; init; }

    /// <summary>The message, or null where a program that knew better has written it.</summary>
    public TextMessage? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(Message, DataJson.Default.TextMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
