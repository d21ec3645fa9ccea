using TorchUpscaler.Queue.Stores;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Data;

/// <summary>So many photos in any stretch of so long.</summary>
/// <param name="Count">How many.</param>
/// <param name="Window">How long.</param>
public sealed record Quota(int Count, TimeSpan Window);

/// <summary>A quota that does not allow more.</summary>
/// <param name="Quota">The quota.</param>
/// <param name="Left">How many it still allows.</param>
/// <param name="Reset">In how long it allows what was asked for; null: never, it is more than the quota.</param>
public sealed record QuotaReached(Quota Quota, int Left, TimeSpan? Reset);

/// <summary>The photos that people have had made, for quotas.</summary>
public sealed class Uses
{
    private readonly BotTables _tables;

    internal Uses(BotTables tables) => _tables = tables;

    /// <summary>Counts photos, all or none. Those that are counted already count once, and those of which nothing has come no more.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="keys">What each is known by.</param>
    /// <param name="quotas">What is allowed.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null where they are counted; else the quota that does not allow it for the longest.</returns>
    public QuotaReached? Take(long person, IReadOnlyCollection<string> keys, IReadOnlyCollection<Quota> quotas, DateTimeOffset now) => _tables.Write(work =>
    {
        work.Query<long>("lock uses", new { person });
        GiveBackEnded(work, person);
        var fresh = keys.Distinct().Where(key => work.Single<long>("used keys", new { key }) == 0).ToList();
        var reached = quotas.Select(quota => Check(work, person, fresh.Count, quota, now)).OfType<QuotaReached>().MaxBy(reached => reached.Reset ?? TimeSpan.MaxValue);
        if (reached is not null && fresh.Count > 0) return reached;
        foreach (var key in fresh) work.Execute("use", _tables.With(new { key, person }));
        return null;
    });

    /// <summary>How many of these photos are counted already.</summary>
    public int Counted(IEnumerable<string> keys) => _tables.Read(work => keys.Distinct().Count(key => work.Single<long>("used keys", new { key }) > 0));

    /// <summary>Photos that were not made after all.</summary>
    public void GiveBack(IEnumerable<string> keys) => _tables.Write(work => keys.Sum(key => work.Execute("unuse", new { key })));

    /// <summary>Photos of which nothing has come, whoever's: before it is forgotten what has become of their jobs.</summary>
    internal static int GiveBackEnded(SqlWork work, long? person) =>
        work.Execute("give back uses", new { first = person ?? long.MinValue, last = person ?? long.MaxValue, PictureRequest.FrontEnd });

    private QuotaReached? Check(SqlWork work, long person, int wanted, Quota quota, DateTimeOffset now)
    {
        var used = work.Query<long>("uses", _tables.With(new { person, ago = BotTables.Milliseconds(quota.Window) }));
        var left = Math.Max(0, quota.Count - used.Count);
        if (wanted <= left) return null;
        if (wanted > quota.Count) return new QuotaReached(quota, left, null);
        // So many of the oldest have to fall out of the window.
        var last = DateTimeOffset.FromUnixTimeMilliseconds(used[used.Count + wanted - quota.Count - 1]);
        var reset = last + quota.Window - now;
        return new QuotaReached(quota, left, reset > TimeSpan.Zero ? reset : TimeSpan.FromSeconds(1));
    }
}
