using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Data;

/// <summary>What came from Telegram, kept until it has been handled.</summary>
public sealed class Updates
{
    private readonly BotTables _tables;

    internal Updates(BotTables tables) => _tables = tables;

    /// <summary>How many wait to be handled.</summary>
    public long Waiting => _tables.Read(work => work.Single<long>("count updates", _tables.With()));

    /// <summary>Keeps updates, in the order of their ids; those that are there already stay as they are. Durable when it returns.</summary>
    /// <returns>How many are new.</returns>
    public int Add(IEnumerable<Update> updates)
    {
        var rows = updates.OrderBy(update => update.Id).Select(update => _tables.With(new { update.Id, chat = ChatOf(update), album = AlbumOf(update), update.Json })).ToList();
        return rows.Count == 0 ? 0 : _tables.Write(work => rows.Sum(row => work.Execute("add update", row)));
    }

    /// <summary>Those that wait, in the order in which they came.</summary>
    /// <param name="after">Only those that came after this one.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<StoredUpdate> Read(long after, int limit) => _tables.Read(work => work.Query<StoredUpdate>("waiting updates", _tables.With(new { after, limit })));

    /// <summary>The same, of one chat.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="after">Only those that came after this one.</param>
    /// <param name="upTo">And this one, or before it.</param>
    /// <param name="limit">At most so many.</param>
    internal IReadOnlyList<StoredUpdate> Read(long chat, long after, long upTo, int limit) =>
        _tables.Read(work => work.Query<StoredUpdate>("waiting updates of chat", _tables.With(new { chat, after, upTo, limit })));

    /// <summary>Counts an attempt to handle updates, before it is made: what kills the process is tried only so often.</summary>
    public void Begin(IEnumerable<long> numbers) => _tables.Write(work => numbers.Sum(number => work.Execute("begin update", new { number })));

    /// <summary>An attempt was broken off by no fault of theirs, and counts no more.</summary>
    public void Return(IEnumerable<long> numbers) => _tables.Write(work => numbers.Sum(number => work.Execute("return update", new { number })));

    /// <summary>They have been handled.</summary>
    public void Done(IEnumerable<long> numbers) => End(numbers, "done");

    /// <summary>They cannot be handled and are set aside.</summary>
    public void Fail(IEnumerable<long> numbers) => End(numbers, "failed");

    /// <summary>The chat in whose order an update is handled: without one, the person's.</summary>
    internal static long ChatOf(Update update) =>
        update.Message?.Chat.Id ?? update.EditedMessage?.Chat.Id ?? update.CallbackQuery?.Message?.Chat.Id ?? update.CallbackQuery?.From.Id ?? update.MyChatMember?.Chat.Id ?? 0;

    private static string? AlbumOf(Update update) => update.Message?.MediaGroupId is { Length: > 0 and <= 100 } album && album.All(char.IsAsciiLetterOrDigit) ? album : null;

    private void End(IEnumerable<long> numbers, string state) => _tables.Write(work => numbers.Sum(number => work.Execute("end update", new { number, state })));
}

/// <summary>An update as it is kept.</summary>
public sealed record StoredUpdate
{
    /// <summary>Its place in the order in which updates came.</summary>
    public long Number { get; init; }

    /// <summary>Telegram's number of it.</summary>
    public long Id { get; init; }

    /// <summary>The chat in whose order it is handled.</summary>
    public long Chat { get; init; }

    /// <summary>The album that it is of, or null.</summary>
    public string? Album { get; init; }

    /// <summary>As it came.</summary>
    public string Json { get; init; } = "";

    /// <summary>How often it has been begun.</summary>
    public int Attempts { get; init; }
}
