using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Data;

/// <summary>The people who have written to the bot.</summary>
public sealed class People
{
    private const int LongestLanguage = 35; // of any tag that there is

    private readonly BotTables _tables;

    internal People(BotTables tables) => _tables = tables;

    /// <summary>Somebody has written: makes them known where they are not, and notes their Telegram's language.</summary>
    /// <param name="id">The person's number.</param>
    /// <param name="telegramLanguage">Such as <c>ru</c> or <c>en-GB</c>, or null.</param>
    /// <param name="isPrivate">Whether they wrote to the bot itself: then it may write to them.</param>
    public Person Meet(long id, string? telegramLanguage, bool isPrivate)
    {
        if (telegramLanguage is { } tag && (tag.Length > LongestLanguage || !tag.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))) telegramLanguage = null;
        return _tables.Write(work => work.Single<Person>("meet person", _tables.With(new { id, telegramLanguage, hasTalked = isPrivate })));
    }

    /// <summary>A person, or null.</summary>
    public Person? Find(long id) => _tables.Read(work => work.First<Person>("person", new { id }));

    /// <summary>Keeps the settings of a person who is known.</summary>
    public void Set(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        _tables.Write(work => work.Execute("set settings", new
        {
            person.Id,
            person.Language,
            person.Scale,
            person.Model,
            ReplyAs = person.ReplyAs.ToString(),
            Format = person.Format?.ToString(),
        }));
    }

    /// <summary>Bans somebody, known or not, or lets them back.</summary>
    public void SetBanned(long id, bool isBanned) => Mark("set ban", id, isBanned);

    /// <summary>Prefers somebody, known or not, or no more.</summary>
    public void SetVip(long id, bool isVip) => Mark("set vip", id, isVip);

    /// <summary>Notes that somebody has blocked the bot, or unblocked it.</summary>
    public void SetBlocked(long id, bool hasBlocked) => Mark("set blocked", id, hasBlocked);

    /// <summary>How many there are.</summary>
    /// <param name="recent">How long ago somebody who counts as new was first seen.</param>
    public PeopleCounts Count(TimeSpan recent) => _tables.Read(work => work.Single<PeopleCounts>("people counts", _tables.With(new { ago = BotTables.Milliseconds(recent) })));

    /// <summary>Those to whom the bot may write, by their numbers.</summary>
    /// <param name="after">Only those with larger numbers.</param>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<Person> Reachable(long after, int limit) => _tables.Read(work => work.Query<Person>("reachable people", new { after, limit }));

    /// <summary>Who has sent the most pictures lately, and how many; of what is erased nothing is known.</summary>
    /// <param name="within">How long ago at most.</param>
    /// <param name="limit">At most so many people.</param>
    public IReadOnlyList<BusyPerson> Busiest(TimeSpan within, int limit) =>
        _tables.Read(work => work.Query<BusyPerson>("busiest people", _tables.With(new { ago = BotTables.Milliseconds(within), limit })));

    private void Mark(string statement, long id, bool value) => _tables.Write(work => work.Execute(statement, _tables.With(new { id, Is = value })));
}

/// <summary>A person and what they have chosen.</summary>
public sealed record Person
{
    /// <summary>Telegram's number.</summary>
    public long Id { get; init; }

    /// <summary>The language of their Telegram, or null.</summary>
    public string? TelegramLanguage { get; init; }

    /// <summary>The language that they have chosen, or null.</summary>
    public string? Language { get; init; }

    /// <summary>How many times larger, or null: as usual.</summary>
    public int? Scale { get; init; }

    /// <summary>The model, or null: the best one for the scale.</summary>
    public string? Model { get; init; }

    /// <summary>How results are sent.</summary>
    public ReplyAs ReplyAs { get; init; }

    /// <summary>The results' format, or null: as usual.</summary>
    public PictureFormat? Format { get; init; }

    /// <summary>Whether the bot does nothing for them.</summary>
    public bool IsBanned { get; init; }

    /// <summary>Whether they go before others.</summary>
    public bool IsVip { get; init; }

    /// <summary>Whether they have blocked the bot.</summary>
    public bool HasBlocked { get; init; }

    /// <summary>Whether they have written to the bot itself.</summary>
    public bool HasTalked { get; init; }

    /// <summary>When they were first seen, in milliseconds since 1970 in UTC.</summary>
    public long FirstSeen { get; init; }
}

/// <summary>How a result is sent.</summary>
public enum ReplyAs
{
    /// <summary>As a file, which stays as it is.</summary>
    Document,

    /// <summary>As a photo, which Telegram compresses.</summary>
    Photo,

    /// <summary>As both.</summary>
    Both,
}

/// <summary>Somebody who sends many pictures.</summary>
public sealed record BusyPerson
{
    /// <summary>Telegram's number.</summary>
    public long Id { get; init; }

    /// <summary>How many.</summary>
    public long Pictures { get; init; }
}

/// <summary>How many people there are.</summary>
public sealed record PeopleCounts
{
    /// <summary>All.</summary>
    public long People { get; init; }

    /// <summary>Banned.</summary>
    public long Banned { get; init; }

    /// <summary>Preferred.</summary>
    public long Vips { get; init; }

    /// <summary>Who have blocked the bot.</summary>
    public long Blocked { get; init; }

    /// <summary>First seen lately.</summary>
    public long Recent { get; init; }
}
