using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>Answers a picture, or an album, that was made before for the same person in the same way, from the files that Telegram has.</summary>
/// <returns>False where not all are there: then they are to be made.</returns>
public delegate Task<bool> AnswerRepeat(IReadOnlyList<PictureRequest> requests, int scale, PictureFormat format, string? model, CancellationToken cancellation);

/// <summary>
/// Where pictures are taken in: each becomes a job, and all of one message or album get one status message. What cannot be taken is
/// told at once.
/// </summary>
internal sealed class PictureDesk(TalkTools tools, AnswerRepeat repeat)
{
    private const int MostLookedAt = 1000;

    private static readonly JobState[] s_inWork = [JobState.Received, JobState.Queued, JobState.Running, JobState.Upscaled];

    /// <summary>Takes the pictures of a message, or of an album's messages.</summary>
    internal Task Take(IReadOnlyList<Message> messages, Wishes wishes, Guest guest) =>
        Take([.. messages.Select(message => new Entry(message, message))], wishes, guest);

    /// <summary>Takes the picture that a message answers.</summary>
    /// <param name="message">The message.</param>
    /// <param name="replied">The message with the picture.</param>
    /// <param name="wishes">What is asked for.</param>
    /// <param name="guest">Who asks.</param>
    internal Task TakeReplied(Message message, Message replied, Wishes wishes, Guest guest) =>
        Take([new Entry(message, replied)], wishes, guest);

    /// <summary>Does a job's picture again with another scale.</summary>
    /// <returns>Why not, for a note; null where it is taken.</returns>
    internal Note? TakeAgain(Job job, int scale, Guest guest)
    {
        if (PictureRequest.Of(job) is not { } request || job.Key is null) return new Note(guest.Speech.Plain(TextKey.NotePictureGone));
        if (tools.Data.Flags.IsPaused && !guest.IsAdmin) return new Note(guest.Speech.Plain(TextKey.NotePaused));
        var key = string.Create(CultureInfo.InvariantCulture, $"{job.Key}/x{scale}");
        if (!IsTaken(key))
        {
            if (Crowd(guest) is not null) return new Note(guest.Speech.Plain(TextKey.NoteQueueFull));
            if (!guest.IsPreferred && tools.Data.Uses.Take(guest.Id, [key], tools.Options.Quotas, tools.Clock.GetUtcNow()) is { } reached)
                return new Note(QuotaText(reached, guest).Text, IsAlert: true); // to be read in peace
            tools.Data.Statuses.Add(new StatusMessage
            {
                Key = key,
                Person = guest.Id,
                Chat = request.Chat,
                Thread = request.Thread,
                ReplyTo = request.Message,
                Language = Languages.Code(guest.Speech.Language),
            });
        }
        var again = new NewJob(job.FrontEnd, job.Person, job.Name)
        {
            Key = key,
            Class = job.Class,
            Model = job.Model,
            Scale = scale,
            Format = job.Format,
            Quality = job.Quality,
            Payload = (request with { Album = null }).ToPayload(),
        };
        tools.Data.Statuses.AddPhoto(key, tools.Store.Receive(again), 0);
        return null;
    }

    private async Task Take(IReadOnlyList<Entry> entries, Wishes wishes, Guest guest)
    {
        var reply = entries[0].Asking;
        var takeable = entries.Where(entry => entry.Picture is { } picture && !(picture.Bytes > tools.Options.Terms.LargestFetch)).ToList();
        var key = KeyOf(reply);
        QuotaReached? reached = null;
        if (!IsTaken(key))
        {
            // What was made before costs nothing, however much waits.
            if (takeable.Count == entries.Count && await IsRepeat(takeable, wishes, guest).ConfigureAwait(false)) return;
            if (entries.Count == 1 && takeable.Count == 1 && IsInWork(takeable[0], wishes, guest))
            {
                await tools.Replies.Refuse(reply, guest, nameof(TextKey.InWorkAlready), guest.Speech.Say(TextKey.InWorkAlready, ("scale", ScaleOf(wishes, guest)))).ConfigureAwait(false);
                return;
            }
            if (takeable.Count > 0 && WhyNone(guest) is var (reason, closed))
            {
                await tools.Replies.Refuse(reply, guest, reason.ToString(), closed).ConfigureAwait(false);
                return;
            }
            reached = Count(takeable, guest);
            if (takeable.Count > 0)
            {
                tools.Data.Statuses.Add(new StatusMessage
                {
                    Key = key,
                    Person = guest.Id,
                    Chat = reply.Chat.Id,
                    Thread = reply.Topic,
                    ReplyTo = takeable[0].Asking.MessageId,
                    Count = takeable.Count,
                    Language = Languages.Code(guest.Speech.Language),
                });
            }
        }
        else
        {
            // Begun before, and perhaps broken off: as many as were counted then.
            var left = tools.Data.Statuses.Find(key)!.Count;
            if (left < takeable.Count) reached = Next(takeable[left], guest);
            takeable = [.. takeable.Take(left)];
        }
        for (var item = 0; item < takeable.Count; item++)
            tools.Data.Statuses.AddPhoto(key, tools.Store.Receive(JobOf(takeable[item], takeable.Count > 1 ? key : null, wishes, guest)), item);
        // Last: where that fails, what is taken is taken all the same, and it is told by the next try.
        await TellNotTaken(reply, entries, takeable, reached, guest).ConfigureAwait(false);
    }

    private bool IsTaken(string key) => tools.Data.Statuses.Find(key) is not null;

    // Why no picture is taken now, whatever it is.
    private (TextKey Reason, FormattedText Text)? WhyNone(Guest guest) =>
        tools.Data.Flags.IsPaused && !guest.IsAdmin ? (TextKey.Paused, guest.Speech.Say(TextKey.Paused)) : Crowd(guest);

    private (TextKey Reason, FormattedText Text)? Crowd(Guest guest)
    {
        if (guest.IsAdmin) return null;
        var waiting = tools.Store.Stats().Jobs.Where(count => count.State is JobState.Received or JobState.Queued or JobState.Running).Sum(count => count.Count);
        if (waiting >= tools.Options.MostWaiting) return (TextKey.QueueFull, guest.Speech.Say(TextKey.QueueFull));
        if (guest.IsPreferred) return null;
        var most = tools.Options.MostWaitingOfOne;
        var own = tools.Store.Waiting(guest.QueueName);
        return own >= most ? (TextKey.OwnQueueFull, guest.Speech.Say(TextKey.OwnQueueFull, ("count", own))) : null;
    }

    // Whether the same picture is being made in the same way for the same chat: sent twice, it is made and counted once.
    private bool IsInWork(Entry entry, Wishes wishes, Guest guest)
    {
        var wanted = RequestOf(entry, null, guest);
        var (scale, format, model) = (ScaleOf(wishes, guest), FormatOf(wishes, guest), ModelOf(guest));
        return wanted.UniqueId is not null && s_inWork.SelectMany(state => tools.Store.List(state, guest.QueueName, MostLookedAt)).Any(job =>
            (job.Scale, job.Format, job.Model) == (scale, format, model)
            && PictureRequest.Of(job) is { } request && (request.UniqueId, request.Chat, request.ReplyAs) == (wanted.UniqueId, wanted.Chat, wanted.ReplyAs));
    }

    private Task<bool> IsRepeat(List<Entry> entries, Wishes wishes, Guest guest) =>
        repeat(entries.ConvertAll(entry => RequestOf(entry, null, guest)), ScaleOf(wishes, guest), FormatOf(wishes, guest), ModelOf(guest), guest.Leave);

    /// <summary>Counts the pictures against the quotas, as many as they allow; the others are taken off the list.</summary>
    /// <returns>The quota that does not allow more, or null.</returns>
    private QuotaReached? Count(List<Entry> pictures, Guest guest)
    {
        if (guest.IsPreferred || pictures.Count == 0) return null;
        var now = tools.Clock.GetUtcNow();
        var keys = pictures.ConvertAll(entry => KeyOf(entry.Asking));
        if (tools.Data.Uses.Take(guest.Id, keys, tools.Options.Quotas, now) is not { } reached) return null;
        // Those that an earlier try has counted are the first ones.
        var left = tools.Data.Uses.Counted(keys) + reached.Left;
        while (left > 0 && tools.Data.Uses.Take(guest.Id, keys[..left], tools.Options.Quotas, now) is not null) left--;
        var next = pictures[left];
        pictures.RemoveRange(left, pictures.Count - left);
        return Next(next, guest) ?? reached;
    }

    /// <summary>The quota that does not allow one picture more, and when it does: that is what is told. Null where it is allowed by now.</summary>
    private QuotaReached? Next(Entry picture, Guest guest)
    {
        if (guest.IsPreferred) return null;
        var key = KeyOf(picture.Asking);
        var reached = tools.Data.Uses.Take(guest.Id, [key], tools.Options.Quotas, tools.Clock.GetUtcNow());
        if (reached is null) tools.Data.Uses.GiveBack([key]);
        return reached;
    }

    private async Task TellNotTaken(Message reply, IReadOnlyList<Entry> entries, List<Entry> taken, QuotaReached? reached, Guest guest)
    {
        if (taken.Count == entries.Count) return;
        var reasons = entries.Select(entry => WhyNot(entry, guest)).OfType<FormattedText>().Distinct().ToList();
        if (reached is not null) reasons.Add(QuotaText(reached, guest));
        var head = entries.Count > 1 ? guest.Speech.Say(TextKey.SomeNotTaken, ("count", entries.Count - taken.Count)) : null;
        var text = StatusTexts.Lines([head, .. reasons]);
        // What is taken of an album, and what is not, is always told.
        if (taken.Count > 0) await tools.Replies.Say(reply, guest, text, isReply: true).ConfigureAwait(false);
        else await tools.Replies.Refuse(reply, guest, reached is null ? text.Text : nameof(TextKey.QuotaReached), text).ConfigureAwait(false);
    }

    private FormattedText? WhyNot(Entry entry, Guest guest)
    {
        if (IncomingPicture.WhyNot(entry.Bringing) is { } key)
            return key == TextKey.UnsupportedFile ? guest.Speech.Say(key, ("formats", tools.Options.Terms.Formats)) : guest.Speech.Say(key);
        if (entry.Picture is { Bytes: { } bytes } && bytes > tools.Options.Terms.LargestFetch)
            return guest.Speech.Say(TextKey.TooBigToFetch, ("size", guest.Speech.Size(bytes)), ("limit", guest.Speech.Size(tools.Options.Terms.LargestFetch)));
        return null;
    }

    private static FormattedText QuotaText(QuotaReached reached, Guest guest)
    {
        var reset = reached.Reset ?? reached.Quota.Window;
        return guest.Speech.Say(TextKey.QuotaReached, ("count", reached.Quota.Count), ("window", guest.Speech.Period(reached.Quota.Window)),
            ("time", guest.Speech.About(reset.TotalSeconds)));
    }

    private NewJob JobOf(Entry entry, string? album, Wishes wishes, Guest guest) => new(PictureRequest.FrontEnd, guest.QueueName, entry.Picture!.Name)
    {
        Key = KeyOf(entry.Asking),
        Class = guest.IsAdmin ? JobClass.Admin : guest.Person.IsVip ? JobClass.Vip : JobClass.Normal,
        Model = ModelOf(guest),
        Scale = ScaleOf(wishes, guest),
        Format = FormatOf(wishes, guest),
        Payload = RequestOf(entry, album, guest).ToPayload(),
    };

    private static PictureRequest RequestOf(Entry entry, string? album, Guest guest) => new()
    {
        Chat = entry.Asking.Chat.Id,
        Thread = entry.Asking.Topic,
        Message = entry.Asking.MessageId,
        Person = guest.Id,
        Language = guest.Speech.Language,
        Kind = entry.Picture!.Kind,
        FileId = entry.Picture.FileId,
        UniqueId = entry.Picture.UniqueId,
        Bytes = entry.Picture.Bytes,
        Album = album,
        ReplyAs = guest.Person.ReplyAs,
    };

    private int ScaleOf(Wishes wishes, Guest guest) => wishes.Scale ?? guest.Person.Scale ?? tools.Options.Scale;

    private static PictureFormat FormatOf(Wishes wishes, Guest guest) => wishes.Format ?? guest.Person.Format ?? PictureFormat.Png;

    // A model that is installed no more is better replaced than refused; where none is known, the workers know.
    private string? ModelOf(Guest guest) =>
        guest.Person.Model is { } model && tools.Options.Models() is var installed && (installed.Count == 0 || installed.Contains(model)) ? model : null;

    private string KeyOf(Message message) => string.Create(CultureInfo.InvariantCulture, $"{tools.Me.Id}/{message.Chat.Id}/{message.MessageId}");

    /// <summary>What a press is answered with.</summary>
    /// <param name="Text">Up to 200 characters.</param>
    /// <param name="IsAlert">Whether it stays until it has been read.</param>
    internal sealed record Note(string Text, bool IsAlert = false);

    /// <summary>A picture that is asked for.</summary>
    /// <param name="Asking">The message that asks.</param>
    /// <param name="Bringing">The message that has it: the same, or the one that is answered.</param>
    private sealed record Entry(Message Asking, Message Bringing)
    {
        internal IncomingPicture? Picture { get; } = IncomingPicture.Of(Bringing);
    }
}
