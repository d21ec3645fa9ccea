using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>What a status message says.</summary>
/// <param name="Text">The text.</param>
/// <param name="Button">The text of its one button, or null.</param>
/// <param name="Keyboard">The button.</param>
/// <param name="IsBadNews">Whether nothing came of the photos, so that no result tells of their end.</param>
internal sealed record StatusSays(FormattedText Text, string? Button, InlineKeyboard? Keyboard, bool IsBadNews = false)
{
    /// <summary>Whether it looks the same.</summary>
    public bool Equals(StatusSays? other) => other is not null && Text.Equals(other.Text) && Button == other.Button && IsBadNews == other.IsBadNews;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode();
}

/// <summary>Words a status message from what it tells of.</summary>
internal sealed class StatusView(LifeOptions options)
{
    private const double KnownShare = 0.02; // from which on a run's own pace tells something

    /// <summary>What it says; null where it has nothing to tell of.</summary>
    /// <param name="open">What it tells of.</param>
    /// <param name="place">The place of the first photo that waits.</param>
    /// <param name="now">The time.</param>
    internal StatusSays? Of(OpenStatus open, QueuePlace? place, DateTimeOffset now)
    {
        var jobs = open.Photos.Select(Seen).OfType<Job>().ToList();
        if (open.Photos.Count == 0) return null;
        var request = jobs.Select(PictureRequest.Of).FirstOrDefault(known => known is not null);
        var speech = Speech.In(request?.Language ?? Language.English);
        // What has been erased has been cancelled.
        if (jobs.Count == 0) return new StatusSays(StatusTexts.Cancelled(speech), null, null);

        var text = open.Status.Count > 1
            ? AlbumTexts.Of(speech, jobs, options.Terms, place)
            : StatusTexts.Of(speech, jobs[0], options.Terms, place, SecondsLeft(jobs[0], now), ScaleThatFits(jobs[0]));
        if (HasEnded(open) && request?.Kind == PictureKind.Photo && jobs.Exists(job => job.State == JobState.Delivered))
            text = StatusTexts.Lines(text, StatusTexts.CompressedHint(speech));
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

    /// <summary>The first photo that waits for a worker, or null.</summary>
    internal static Job? FirstWaiting(OpenStatus open) => open.Photos.Select(photo => photo.Job).FirstOrDefault(job => job?.State == JobState.Queued);

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
            return new StatusSays(text, label, InlineKeyboard.Row(button));
        }
        var isBadNews = HasEnded(open) && jobs.Exists(job => job.State is JobState.Failed or JobState.Expired) && !jobs.Exists(job => job.State == JobState.Delivered);
        if (open.Status.Count == 1 && ScaleThatFits(jobs[0]) is { } scale)
        {
            var label = speech.Plain(TextKey.ButtonTryScale, ("scale", scale));
            return new StatusSays(text, label, InlineKeyboard.Row(Buttons.TryScale(label, jobs[0].Id, scale)), isBadNews);
        }
        return new StatusSays(text, null, null, isBadNews);
    }

    private static double? SecondsLeft(Job job, DateTimeOffset now)
    {
        if (job.State != JobState.Running || job.StartedAt is not { } started) return null;
        if (job.Progress <= KnownShare) return job.Cost * (1 - job.Progress);
        var spent = now.ToUnixTimeMilliseconds() - started;
        return spent <= 0 ? null : spent / 1000.0 * (1 - job.Progress) / job.Progress;
    }
}
