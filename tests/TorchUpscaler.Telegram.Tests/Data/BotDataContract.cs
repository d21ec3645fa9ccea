using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <summary>What the bot's tables have to do, on every database.</summary>
public abstract partial class BotDataContract : IDisposable
{
    private const long Bot = 4839574812;

    private readonly TemporaryFolder _folder = new();
    private readonly SetClock _clock = new();
    private readonly Lazy<IJobStore> _store;
    private readonly Lazy<BotData> _data;

    private protected BotDataContract()
    {
        var location = new Lazy<string>(() => NewLocation(_folder.Root));
        _store = new Lazy<IJobStore>(() => JobStores.Open(location.Value, _folder.Root, new QueueOptions { SecondsPerMegapixel = 1 }, _clock));
        _data = new Lazy<BotData>(() => BotData.Open(_store.Value, Bot));
    }

    private IJobStore Store => _store.Value;

    private BotData Data => _data.Value;

    private protected abstract string NewLocation(string folder);

    [Fact]
    public void One_process_at_a_time_talks()
    {
        static bool Lives(string owner) => false;
        var lease = TimeSpan.FromSeconds(15);
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        Assert.Equal("one", Data.Turn.Take("two", lease, Lives));
        _clock.Move(TimeSpan.FromSeconds(10));
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        _clock.Move(TimeSpan.FromSeconds(10));
        Assert.Equal("one", Data.Turn.Take("two", lease, Lives));

        Assert.Null(Data.Turn.Take("two", lease, owner => owner == "one")); // it has died
        Assert.Equal("two", Data.Turn.Take("one", lease, Lives));
        Data.Turn.End("one"); // not its own
        Assert.Equal("two", Data.Turn.Take("one", lease, Lives));
        Data.Turn.End("two");
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        _clock.Move(lease);
        Assert.Null(Data.Turn.Take("two", lease, Lives)); // it was silent for too long
    }

    [Fact]
    public void A_sent_result_is_found_by_person_file_and_settings_until_it_is_forgotten()
    {
        var job = Receive("a");
        Data.Sent.Add(job, 7, "file", "x4", new SentResult { Document = "d", Caption = "as a JPEG" });
        Data.Sent.Add(job, 7, "file", "x4", new SentResult { Photo = "p" });
        Assert.Equal("as a JPEG", Data.Sent.Find(7, "file", "x4")!.Caption); // of the document
        Assert.Equal(("d", "p"), (Data.Sent.Find(7, "file", "x4")!.Document, Data.Sent.Find(7, "file", "x4")!.Photo));
        Assert.Null(Data.Sent.Find(7, "file", "x2"));
        Assert.Null(Data.Sent.Find(8, "file", "x4"));
        var hostile = "\0\ud83d" + new string('x', 5000);
        Data.Sent.Add(job, 7, hostile, hostile, new SentResult { Document = "h" });
        Assert.Equal("h", Data.Sent.Find(7, hostile, hostile)!.Document);

        Data.Sent.Forget(7, "file", "x4");
        Assert.Null(Data.Sent.Find(7, "file", "x4"));
        _clock.Move(TimeSpan.FromDays(31));
        Data.Prune();
        Assert.Null(Data.Sent.Find(7, hostile, hostile));
    }

    [Fact]
    public void The_outbox_gives_the_most_urgent_first_and_each_until_it_has_ended()
    {
        var keyboard = InlineKeyboard.Row(InlineButton.Press("Yes", "y"), InlineButton.Press("No", "n"));
        var text = new TextMessage { Chat = 7, Thread = 3, ReplyTo = 4, IsSilent = true, Text = "Hello " + FormattedText.Bold("you"), Keyboard = keyboard };
        Data.Outbox.Add([("a", text), ("b", text with { Chat = 8 })], "news", SendPriority.Broadcast);
        Data.Outbox.Add([("a", text with { Chat = 9 })], "news", SendPriority.Broadcast); // known already
        Data.Outbox.Add([("c", text with { Chat = 10 })], "digest", SendPriority.Result);

        var due = Data.Outbox.Due(10);

        Assert.Equal([10L, 7, 8], due.Select(item => item.Chat));
        Assert.Equal(SendPriority.Broadcast, due[1].Priority);
        var read = due[1].Read()!;
        Assert.Equal((text.Text, 3, 4, true), (read.Text, read.Thread, read.ReplyTo, read.IsSilent));
        Assert.Equal(keyboard.Rows[0], read.Keyboard!.Rows[0]);
        Data.Outbox.Sent(due[0].Id);
        Data.Outbox.Rest(due[1].Id, TimeSpan.FromSeconds(5));
        Data.Outbox.Drop(due[2].Id);
        Assert.Empty(Data.Outbox.Due(10));
        Assert.Equal((1, 0, 1), Data.Outbox.Count("news"));
        _clock.Move(TimeSpan.FromSeconds(5));
        Assert.Equal(1, Assert.Single(Data.Outbox.Due(10)).Attempts);
    }

    [Fact]
    public void Flags_are_kept()
    {
        Assert.False(Data.Flags.IsPaused);
        Data.Flags.IsPaused = true;
        Data.Flags.Set("example", "file id");
        Assert.Equal((true, "file id"), (BotData.Open(Store, Bot).Flags.IsPaused, Data.Flags.Get("example")));
        Data.Flags.IsPaused = false;
        Assert.False(Data.Flags.IsPaused);
    }

    [Fact]
    public void Tables_of_a_newer_program_are_left_alone()
    {
        var tables = Store.Database.Tables("telegram", typeof(BotData).Assembly);
        Assert.NotNull(tables);
        // An assembly without scripts knows fewer than have been applied.
        var message = Assert.Throws<InputException>(() => Store.Database.Tables("telegram", typeof(BotDataContract).Assembly)).Message;
        Assert.Contains("made by a newer program", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private long Receive(string key) => Store.Receive(new NewJob("telegram", "telegram:7", "photo.jpg") { Key = key });

    [Fact]
    public void A_store_belongs_to_one_bot()
    {
        Assert.Null(Data.Turn.Take("one", TimeSpan.FromSeconds(15), _ => false));
        var refusal = Assert.Throws<InputException>(() => BotData.Open(Store, Bot + 1));
        Assert.Contains($"belongs to the bot {Bot}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("a Store of its own", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(BotData.Open(Store, Bot));
    }
}

/// <summary>The bot's tables in SQLite.</summary>
public sealed class SqliteBotDataTests : BotDataContract
{
    private protected override string NewLocation(string folder) => Path.Combine(folder, "queue");
}

/// <summary>The bot's tables in PostgreSQL.</summary>
public sealed class PostgresBotDataTests : BotDataContract
{
    private protected override string NewLocation(string folder) => PostgresCluster.Shared.NewSchema();
}
