using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Data;

/// <summary>The messages that say how photos are getting on, each of one photo or an album, and what of the results has been sent.</summary>
public sealed class Statuses
{
    private readonly BotTables _tables;

    internal Statuses(BotTables tables) => _tables = tables;

    /// <summary>Notes a status message that is to be; nothing where it is known already. Durable when it returns.</summary>
    public void Add(StatusMessage status)
    {
        ArgumentNullException.ThrowIfNull(status);
        _tables.Write(work => work.Execute("add status", _tables.With(new { status.Key, status.Person, status.Chat, status.Thread, status.ReplyTo, status.Count, status.Language })));
    }

    /// <summary>Notes that a job is one of a status message's photos; nothing where it is known already.</summary>
    /// <param name="key">The status message's.</param>
    /// <param name="job">The job.</param>
    /// <param name="item">Its place in the album, from 0 on.</param>
    /// <remarks>A status message that was ended for want of photos tells of this one all the same.</remarks>
    public void AddPhoto(string key, long job, int item) => _tables.Write(work =>
        work.Execute("add photo", new { job, status = key, item }) == 1 ? work.Execute("open status", new { key }) : 0);

    /// <summary>A status message, or null.</summary>
    public StatusMessage? Find(string key) => _tables.Read(work => work.First<StatusMessage>("status", new { key }));

    /// <summary>The status message of a job, or null.</summary>
    public StatusMessage? Of(long job) => _tables.Read(work => work.First<StatusMessage>("job status", new { job }));

    /// <summary>Those that are not done, the oldest first, with their photos and jobs as they are at one moment.</summary>
    public IReadOnlyList<OpenStatus> Open() => _tables.Read(work =>
    {
        var jobs = work.Query<Job>("open jobs").ToDictionary(job => job.Id);
        var photos = work.Query<StatusPhoto>("open photos").ToLookup(photo => photo.Status);
        return (IReadOnlyList<OpenStatus>)[.. work.Query<StatusMessage>("open statuses", _tables.With()).Select(status =>
            new OpenStatus(status, [.. photos[status.Key].Select(photo => new PhotoNow(photo, jobs.GetValueOrDefault(photo.Job)))]))];
    });

    /// <summary>The photos of a status message, in the album's order.</summary>
    public IReadOnlyList<StatusPhoto> Photos(string key) => _tables.Read(work => work.Query<StatusPhoto>("status photos", new { key }));

    /// <summary>A photo by its job, or null.</summary>
    public StatusPhoto? Photo(long job) => _tables.Read(work => work.First<StatusPhoto>("photo", new { job }));

    /// <summary>
    /// What can be delivered, the oldest first: single photos that have ended, and albums of which all has ended that will come. At
    /// most so many of a chat, so that one that takes little hides no other.
    /// </summary>
    /// <param name="each">How many of a chat.</param>
    /// <param name="limit">How many in all.</param>
    /// <param name="takingIn">How long an album is waited for that has not all its photos yet.</param>
    internal IReadOnlyList<Deliverable> ToDeliver(int each, int limit, TimeSpan takingIn) => _tables.Read(work =>
        work.Query<Deliverable>("deliverable", _tables.With(new { Talk.PictureRequest.FrontEnd, each, limit, ago = BotTables.Milliseconds(takingIn) })));

    /// <summary>The message is there.</summary>
    public void SetMessage(string key, int? message) => _tables.Write(work => work.Execute("set message", new { key, message }));

    /// <summary>The message says its last. One whose jobs have been erased is forgotten with all that it knows.</summary>
    public void End(string key) => _tables.Write(work => work.Execute("end status", new { key }) + work.Execute("end erased status", new { key }));

    /// <summary>Results are going to be sent. Durable when it returns.</summary>
    /// <returns>How many of them may have been sent before: that was begun and never confirmed.</returns>
    public int BeginSending(IEnumerable<long> jobs) => _tables.Write(work => jobs.Count(job => work.First<int>("begin sending", new { job }) > 1));

    /// <summary>Results have surely not been sent.</summary>
    public void NotSent(IEnumerable<long> jobs) => _tables.Write(work => jobs.Sum(job => work.Execute("not sent", new { job })));

    /// <summary>A result can never be sent; the status message says so.</summary>
    /// <param name="job">Its job.</param>
    /// <param name="sentence">Why, as a job's error is kept.</param>
    public void CannotSend(long job, string sentence) => _tables.Write(work => work.Execute("cannot send", new { job, sentence }));

    /// <summary>Results have been sent.</summary>
    /// <param name="files">By job: the file id as a document and that as a photo; null where it was not sent as such.</param>
    public void Sent(IEnumerable<(long Job, string? Document, string? Photo)> files) =>
        _tables.Write(work => files.Sum(file => work.Execute("sent photo", new { file.Job, file.Document, file.Photo })));
}

/// <summary>The message that says how a photo, or an album, is getting on.</summary>
public sealed record StatusMessage
{
    /// <summary>What it is known by.</summary>
    public string Key { get; init; } = "";

    /// <summary>Whose photos they are.</summary>
    public long Person { get; init; }

    /// <summary>The chat.</summary>
    public long Chat { get; init; }

    /// <summary>The forum's thread, or null.</summary>
    public int? Thread { get; init; }

    /// <summary>The photo's message, or null.</summary>
    public int? ReplyTo { get; init; }

    /// <summary>How many photos it tells of.</summary>
    public int Count { get; init; } = 1;

    /// <summary>The code of the language that it is in, or null.</summary>
    public string? Language { get; init; }

    /// <summary>Its number, or null: it is not sent.</summary>
    public int? Message { get; init; }

    /// <summary>Whether it has said its last.</summary>
    public bool IsDone { get; init; }

    /// <summary>When it was begun, in milliseconds since 1970 in UTC.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Milliseconds since then by the store's own clock, of one that was read as <see cref="Statuses.Open"/>.</summary>
    public long Age { get; init; }

    /// <summary>The message, or null.</summary>
    public MessageRef? Ref => Message is { } id ? new MessageRef(Chat, id) : null;
}

/// <summary>A photo of a status message.</summary>
public sealed record StatusPhoto
{
    /// <summary>Its job.</summary>
    public long Job { get; init; }

    /// <summary>The status message's key.</summary>
    public string Status { get; init; } = "";

    /// <summary>Its place in the album, from 0 on.</summary>
    public int Item { get; init; }

    /// <summary>How often sending the result was begun without a word of how it ended.</summary>
    public int Sendings { get; init; }

    /// <summary>The result's file id as a document, once it is sent so.</summary>
    public string? Document { get; init; }

    /// <summary>The result's file id as a photo, once it is sent so.</summary>
    public string? Photo { get; init; }

    /// <summary>Why the result could not be sent, or null.</summary>
    public string? Failure { get; init; }
}

/// <summary>A photo with its job.</summary>
/// <param name="Photo">The photo.</param>
/// <param name="Job">Its job, or null: it has been erased.</param>
public sealed record PhotoNow(StatusPhoto Photo, Job? Job);

/// <summary>A status message that has not said its last.</summary>
/// <param name="Status">The message.</param>
/// <param name="Photos">Its photos, in the album's order.</param>
public sealed record OpenStatus(StatusMessage Status, IReadOnlyList<PhotoNow> Photos);

/// <summary>What can be delivered together.</summary>
internal sealed record Deliverable
{
    /// <summary>The oldest of its jobs.</summary>
    public long Job { get; init; }

    /// <summary>The status message's key, or null.</summary>
    public string? Status { get; init; }

    /// <summary>The status message's chat; 0 where there is none.</summary>
    public long Chat { get; init; }
}
