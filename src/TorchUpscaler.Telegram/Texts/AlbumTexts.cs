using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>What the one status message of an album says.</summary>
public static class AlbumTexts
{
    /// <summary>The album as it is now.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="jobs">Its pictures' jobs, in the album's order.</param>
    /// <param name="limits">What pictures are taken.</param>
    /// <param name="place">The place of the first that waits, or null where none waits or it is not known.</param>
    public static FormattedText Of(Speech speech, IReadOnlyList<Job> jobs, PictureTerms limits, QueuePlace? place)
    {
        ArgumentNullException.ThrowIfNull(speech);
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.All(job => job.State == JobState.Received)) return StatusTexts.Received(speech, jobs.Count);
        if (jobs.All(job => job.State == JobState.Cancelled)) return StatusTexts.Cancelled(speech);
        jobs = [.. jobs.Where(job => job.State != JobState.Cancelled)];
        var failed = jobs.Where(job => job.State is JobState.Failed or JobState.Expired).ToList();
        return StatusTexts.Lines([Head(speech, jobs, limits, place, failed.Count), .. failed.Select(job => Failed(speech, job, limits))]);
    }

    /// <summary>Whether nothing more will come of it.</summary>
    public static bool HasEnded(IReadOnlyList<Job> jobs) => jobs.All(job => job.State is JobState.Delivered or JobState.Failed or JobState.Cancelled or JobState.Expired);

    private static FormattedText? Head(Speech speech, IReadOnlyList<Job> jobs, PictureTerms limits, QueuePlace? place, int failed)
    {
        var done = jobs.Count(job => job.State is JobState.Upscaled or JobState.Delivered);
        if (HasEnded(jobs)) return done == 0 ? null : speech.Say(TextKey.StatusAlbumAllDone, ("count", done));
        var album = speech.Say(TextKey.StatusAlbum, ("count", jobs.Count), ("scale", StatusTexts.Scale(jobs[0])));
        if (done + failed == jobs.Count) return StatusTexts.Lines(StatusTexts.Sending(speech), album);
        var now = jobs.FirstOrDefault(job => job.State == JobState.Running) ?? jobs.FirstOrDefault(job => job.State is JobState.Queued or JobState.Received)!;
        var status = StatusTexts.Of(speech, now with { Progress = Share(jobs) }, limits, place);
        return StatusTexts.Lines(status, album, done > 0 ? speech.Say(TextKey.StatusAlbumDone, ("done", done), ("count", jobs.Count)) : null);
    }

    private static FormattedText Failed(Speech speech, Job job, PictureTerms limits) => StatusTexts.Lines(
        speech.Say(TextKey.FailedNamed, ("name", QueueTexts.NameOf(speech, job))),
        job.State == JobState.Failed ? Failure.Of(job.Error).Say(speech, job, limits) : StatusTexts.Expired(speech, job));

    // Of all pictures together.
    private static double Share(IReadOnlyList<Job> jobs) => jobs.Average(job => job.State switch
    {
        JobState.Received or JobState.Queued => 0,
        JobState.Running => job.Progress,
        _ => 1,
    });
}
