using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>What a status message says.</summary>
/// <param name="Text">The text.</param>
/// <param name="Rows">The buttons, a row each.</param>
/// <param name="IsBadNews">Whether nothing came of the photos, so that no result tells of their end.</param>
/// <param name="TellsFailure">Whether nothing came of one of them at least.</param>
internal sealed record StatusSays(FormattedText Text, IReadOnlyList<InlineButton> Rows, bool IsBadNews = false, bool TellsFailure = false)
{
    /// <summary>The buttons, or null.</summary>
    internal InlineKeyboard? Keyboard => Rows.Count == 0 ? null : new InlineKeyboard([.. Rows.Select(button => (IReadOnlyList<InlineButton>)[button])]);

    /// <summary>Whether it looks the same.</summary>
    public bool Equals(StatusSays? other) => other is not null && Text.Equals(other.Text) && Rows.SequenceEqual(other.Rows) && IsBadNews == other.IsBadNews;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode();
}

/// <summary>Words a status message from what it tells of.</summary>
internal sealed class StatusView(LifeOptions options)
{
    /// <summary>What it says; null where it has nothing to tell of.</summary>
    /// <param name="open">What it tells of.</param>
    /// <param name="place">The place of the first photo that waits.</param>
    /// <param name="last">The place of the last one, where there are several.</param>
    internal StatusSays? Of(OpenStatus open, QueuePlace? place, QueuePlace? last = null)
    {
        var jobs = open.Photos.Select(Seen).OfType<Job>().ToList();
        if (open.Photos.Count == 0) return null;
        var request = jobs.Select(PictureRequest.Of).FirstOrDefault(known => known is not null);
        var speech = Speech.In(request?.Language ?? Languages.Of(open.Status.Language));
        // What has been erased has been cancelled.
        if (jobs.Count == 0) return new StatusSays(StatusTexts.Cancelled(speech), []);

        var text = open.Status.Count > 1
            ? AlbumTexts.Of(speech, jobs, options.Terms, place, SecondsLeft(jobs, last ?? place), ScaleThatFits)
            : StatusTexts.Of(speech, jobs[0], options.Terms, place, SecondsLeft(jobs[0]), ScaleThatFits(jobs[0]));
        var photos = jobs.Count(job => job.State == JobState.Delivered && PictureRequest.Of(job)?.Kind == PictureKind.Photo);
        if (HasEnded(open) && photos > 0) text = StatusTexts.Lines(text, StatusTexts.CompressedHint(speech, photos));
        return Buttoned(speech, open, jobs, text);
    }

    /// <summary>A scale by which a picture can be enlarged that was refused with a larger one; null where none is known.</summary>
    internal int? ScaleThatFits(Job job)
    {
        if (job is not { State: JobState.Failed, Scale: { } scale } || Failure.Of(job.Error).Kind is not (FailureKind.ResultTooLarge or FailureKind.FormatTooSmall)) return null;
        var (width, height) = ResultSize.In(job.Error!);
        if (width == 0) return null;
        var format = job.Format ?? Core.PictureFormat.Png;
        return Wishes.Scales.Where(other => other < scale).OrderDescending().Select(other => (int?)other).FirstOrDefault(other =>
            width / scale * other!.Value * (height / scale * other.Value) <= options.Limits.OutputPixels
            && Math.Max(width, height) / scale * other.Value <= Core.PictureFormats.LargestSide(format));
    }

    /// <summary>Whether all has ended and the person has been told.</summary>
    internal static bool HasEnded(OpenStatus open) => open.Photos.All(photo => photo.Job is null or { ToldAt: not null });

    /// <summary>Whether all has been cancelled or erased.</summary>
    internal static bool IsCancelled(OpenStatus open) => open.Photos.All(photo => photo.Job is null or { State: JobState.Cancelled });

    /// <summary>Whether all that is left waits for a worker.</summary>
    internal static bool IsWaiting(OpenStatus open) => open.Photos.All(photo => photo.Job?.State != JobState.Running) && FirstWaiting(open) is not null;

    /// <summary>The photo that waits for a worker and comes first in the queue, or null.</summary>
    internal static Job? FirstWaiting(OpenStatus open) => Waiting(open).FirstOrDefault();

    /// <summary>The one of several that comes last, or null.</summary>
    internal static Job? LastWaiting(OpenStatus open) => Waiting(open) is { Count: > 1 } waiting ? waiting[^1] : null;

    /// <summary>What has to be told at once where it changes.</summary>
    internal static string StateOf(OpenStatus open) =>
        string.Join(' ', open.Photos.Select(photo => photo.Job is { } job ? $"{job.State}{(job.ToldAt is null ? "" : "!")}" : "-"));

    // A result that cannot be sent is, for whoever waits for it, none.
    private static Job? Seen(PhotoNow photo) =>
        photo is { Job: { ToldAt: not null } job, Photo.Failure: { } failure } ? job with { State = JobState.Failed, Error = failure } : photo.Job;

    private StatusSays Buttoned(Speech speech, OpenStatus open, List<Job> jobs, FormattedText text)
    {
        if (jobs.Exists(job => job.State is JobState.Received or JobState.Queued or JobState.Running))
        {
            var label = speech.Plain(TextKey.ButtonCancel);
            var button = open.Status.Count > 1 ? Buttons.CancelAlbum(label, open.Status.Key) : Buttons.Cancel(label, jobs[0].Id);
            return new StatusSays(text, [button]);
        }
        // Nothing is offered in what will be said once more.
        if (!HasEnded(open)) return new StatusSays(text, []);
        var tellsFailure = jobs.Exists(job => job.State is JobState.Failed or JobState.Expired);
        var isBadNews = tellsFailure && !jobs.Exists(job => job.State == JobState.Delivered);
        return new StatusSays(text, [.. jobs.Select(job => TryScale(speech, job, isOfSeveral: open.Status.Count > 1)).OfType<InlineButton>()], isBadNews, tellsFailure);
    }

    // In the queue's order: an album's pictures come into it as they have been fetched.
    private static List<Job> Waiting(OpenStatus open) =>
        [.. open.Photos.Select(photo => photo.Job).OfType<Job>().Where(job => job.State == JobState.Queued).OrderBy(job => (job.EffectiveClass, job.Tag, job.Id))];

    private InlineButton? TryScale(Speech speech, Job job, bool isOfSeveral)
    {
        if (ScaleThatFits(job) is not { } scale) return null;
        var label = isOfSeveral
            ? speech.Plain(TextKey.ButtonTryScaleOf, ("scale", scale), ("name", QueueTexts.NameOf(speech, job)))
            : speech.Plain(TextKey.ButtonTryScale, ("scale", scale));
        return Buttons.TryScale(label, job.Id, scale);
    }

    // By the estimate, as in the queue: since when it has been worked on is not known of a run that was interrupted.
    private static double? SecondsLeft(Job job) => job.State == JobState.Running ? job.Cost * (1 - job.Progress) : null;

    /// <summary>How long until the last of an album, with which all come: not known before all have been fetched.</summary>
    private static double? SecondsLeft(List<Job> jobs, QueuePlace? last)
    {
        if (jobs.Exists(job => job.State == JobState.Received)) return null;
        if (jobs.Exists(job => job.State == JobState.Queued)) return last?.SecondsLeft;
        return jobs.Select(SecondsLeft).Max();
    }
}
