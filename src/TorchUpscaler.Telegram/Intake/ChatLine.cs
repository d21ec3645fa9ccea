using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Intake;

/// <summary>The first updates of one chat that wait, in their order; the others stay in the store. Used behind the dispatcher's lock.</summary>
internal sealed class ChatLine
{
    /// <summary>How many updates are held in memory.</summary>
    internal const int Most = 20;

    private const int MostInAlbum = 10;
    private static readonly TimeSpan RestComesSoon = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestGathering = TimeSpan.FromSeconds(10);

    private readonly LinkedList<StoredUpdate> _waiting = [];
    private readonly Dictionary<string, (long First, long Last)> _albums = []; // when the first and the last part came, in the clock's timestamps

    /// <summary>Whether somebody works on it.</summary>
    internal bool IsBusy { get; set; }

    /// <summary>Whether nothing is held.</summary>
    internal bool IsEmpty => _waiting.Count == 0;

    /// <summary>Whether there is room for no more.</summary>
    internal bool IsFull => _waiting.Count >= Most;

    /// <summary>Whether more wait in the store: what comes then is left there too, to keep the order.</summary>
    internal bool HasMore { get; set; }

    /// <summary>Whether more are to be fetched from the store.</summary>
    internal bool IsLow => HasMore && _waiting.Count <= Most / 2;

    /// <summary>The number of the last update that was held.</summary>
    internal long Last { get; private set; }

    /// <summary>An update has come.</summary>
    internal void Add(StoredUpdate update, long now)
    {
        _waiting.AddLast(update);
        Last = update.Number;
        if (update.Album is { } album) _albums[album] = (_albums.TryGetValue(album, out var times) ? times.First : now, now);
    }

    /// <summary>What is handled next: an update, or an album of which nothing more comes; or how long it is still to be waited for.</summary>
    internal (IReadOnlyList<StoredUpdate> Updates, TimeSpan Wait) Next(TimeSpan albumQuiet, TimeProvider clock)
    {
        var first = _waiting.First!.Value;
        if (first.Album is not { } album) return ([first], TimeSpan.Zero);
        var parts = _waiting.Where(update => update.Album == album).ToList();
        if (HasMore && parts.Count < MostInAlbum && _waiting.Count <= MostInAlbum) return ([], RestComesSoon); // its other parts may be in the store
        var (began, last) = _albums[album];
        var wait = albumQuiet - clock.GetElapsedTime(last);
        return parts.Count >= MostInAlbum || wait <= TimeSpan.Zero || clock.GetElapsedTime(began) > LongestGathering ? (parts, TimeSpan.Zero) : ([], wait);
    }

    /// <summary>They have been handled, or set aside.</summary>
    internal void Remove(IReadOnlyList<StoredUpdate> updates)
    {
        foreach (var update in updates) _waiting.Remove(update);
        if (updates[0].Album is { } album && !_waiting.Any(update => update.Album == album)) _albums.Remove(album);
    }
}
