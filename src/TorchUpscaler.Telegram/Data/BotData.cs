using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Data;

/// <summary>
/// What the bot keeps, in the database of the queue: nothing of it is lost when a process dies. All members may be called from
/// several threads at once, wait for the disk or the server, and throw <see cref="StoreUnavailableException"/> where it does not answer.
/// </summary>
public sealed class BotData
{
    private static readonly TimeSpan KeepStatuses = TimeSpan.FromDays(8);
    private static readonly TimeSpan KeepUses = TimeSpan.FromDays(32);
    private static readonly TimeSpan KeepOutbox = TimeSpan.FromDays(30);

    private readonly BotTables _tables;

    private BotData(BotTables tables, TimeSpan keepSent)
    {
        _tables = tables;
        KeepSent = keepSent;
        Turn = new Turn(tables);
        Updates = new Updates(tables);
        People = new People(tables);
        Statuses = new Statuses(tables);
        Uses = new Uses(tables);
        Sent = new SentResults(tables, keepSent);
        Outbox = new Outbox(tables);
        Flags = new Flags(tables);
    }

    /// <summary>How long what could not be handled is kept, for the operator to find out why; Telegram itself keeps updates for one day.</summary>
    public static TimeSpan KeepUpdates { get; } = TimeSpan.FromDays(2);

    /// <summary>How long a result is answered from Telegram's own file.</summary>
    public TimeSpan KeepSent { get; }

    /// <summary>Which process talks.</summary>
    public Turn Turn { get; }

    /// <summary>What came from Telegram.</summary>
    public Updates Updates { get; }

    /// <summary>Who has written, and what they like.</summary>
    public People People { get; }

    /// <summary>The messages that say how photos are getting on.</summary>
    public Statuses Statuses { get; }

    /// <summary>How much people have used.</summary>
    public Uses Uses { get; }

    /// <summary>Results that Telegram has.</summary>
    public SentResults Sent { get; }

    /// <summary>Texts that must arrive.</summary>
    public Outbox Outbox { get; }

    /// <summary>What concerns the bot as a whole.</summary>
    public Flags Flags { get; }

    /// <summary>Opens it, making its tables where they are not there.</summary>
    /// <param name="store">The queue in whose database it is.</param>
    /// <param name="bot">The bot's number.</param>
    /// <param name="keepSent">How long a result is answered from Telegram's own file; null: 30 days.</param>
    /// <exception cref="InputException">The tables were made by a newer program, or are another bot's.</exception>
    public static BotData Open(IJobStore store, long bot, TimeSpan? keepSent = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        var data = new BotData(new BotTables(store.Database.Tables("telegram", typeof(BotData).Assembly), bot), keepSent ?? TimeSpan.FromDays(30));
        // Files and chats are known to their own bot alone: another one would find none of them, and take them for gone.
        var owner = data.Flags.Keep("bot", bot.ToString(CultureInfo.InvariantCulture));
        if (owner != bot.ToString(CultureInfo.InvariantCulture))
            throw new InputException(FormattableString.Invariant($"the store ({store.Description}) belongs to the bot {owner}, and this is the bot {bot}; give this one a Store of its own"));
        return data;
    }

    /// <summary>
    /// Forgets a person, their results, what was to be told them and what they wrote at once; to be called after the store's
    /// <see cref="IJobStore.Erase"/>. Whether they are banned or VIPs, and what they have used of their quotas, stays. What they have
    /// written since, and is not handled yet, is new.
    /// </summary>
    public void Erase(long person) => _tables.Write(work =>
    {
        // What somebody wrote in a group stands under the group's number.
        var written = work.Query<StoredUpdate>("updates set aside", _tables.With()).Where(update => update.Chat == person || SenderOf(UpdateReader.Read(update.Json)) == person);
        foreach (var update in written) work.Execute("erase update", new { update.Number });
        return work.Execute("erase person", new { id = person }) + work.Execute("reset person", new { id = person }) + work.Execute("erase sent", new { id = person })
            + work.Execute("erase statuses", new { id = person }) + work.Execute("erase texts", new { id = person });
    });

    /// <summary>Gives back what a person's pictures that came to nothing have used of the quotas: to be called before it is erased what became of them.</summary>
    public void GiveBackUses(long person) => _tables.Write(work => Uses.GiveBackEnded(work, person));

    /// <summary>A group has become a supergroup.</summary>
    public void MoveChat(long from, long to) => _tables.Write(work => work.Execute("move chat", new { from, to }));

    /// <summary>Deletes what is over, and gives back the uses of what has come to nothing.</summary>
    /// <returns>How many rows.</returns>
    public int Prune() => _tables.Write(work =>
        Uses.GiveBackEnded(work, null)
        + work.Execute("prune updates", _tables.With(new { ago = Ago(KeepUpdates) }))
        + work.Execute("prune statuses", _tables.With(new { ago = Ago(KeepStatuses) }))
        + work.Execute("prune uses", _tables.With(new { ago = Ago(KeepUses) }))
        + work.Execute("prune sent", _tables.With(new { ago = Ago(KeepSent) }))
        + work.Execute("prune outbox", _tables.With(new { ago = Ago(KeepOutbox) })));

    private static long? SenderOf(Update? update) =>
        (update?.Message?.From ?? update?.EditedMessage?.From ?? update?.CallbackQuery?.From ?? update?.MyChatMember?.From)?.Id;

    private static long Ago(TimeSpan time) => (long)time.TotalMilliseconds;
}
