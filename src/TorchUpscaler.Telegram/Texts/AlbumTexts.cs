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
    /// <param name="secondsLeft">How long until the last one is done, with which all come, or null where that is not known.</param>
    /// <param name="scaleThatFits">The scale that a picture can be enlarged by that failed, or null.</param>
    public static FormattedText Of(Speech speech, IReadOnlyList<Job> jobs, PictureTerms limits, QueuePlace? place, double? secondsLeft, Func<Job, int?> scaleThatFits)
    {
        ArgumentNullException.ThrowIfNull(speech);
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(scaleThatFits);
        if (jobs.All(job => job.State == JobState.Received)) return StatusTexts.Received(speech, jobs.Count);
        if (jobs.All(job => job.State == JobState.Cancelled)) return StatusTexts.Cancelled(speech);
        jobs = [.. jobs.Where(job => job.State != JobState.Cancelled)];
        var failed = jobs.Where(job => job.State is JobState.Failed or JobState.Expired).ToList();
        return StatusTexts.Lines([Head(speech, jobs, place, secondsLeft, failed.Count), .. failed.Select(job => Failed(speech, job, limits, scaleThatFits(job)))]);
    }

    /// <summary>Whether nothing more will come of it.</summary>
    public static bool HasEnded(IReadOnlyList<Job> jobs) => jobs.All(job => job.State is JobState.Delivered or JobState.Failed or JobState.Cancelled or JobState.Expired);

    private static FormattedText? Head(Speech speech, IReadOnlyList<Job> jobs, QueuePlace? place, double? secondsLeft, int failed)
    {
        var ready = jobs.Where(job => job.State is JobState.Upscaled or JobState.Delivered).ToList();
        var done = ready.Count;
        if (HasEnded(jobs)) return done == 0 ? null : speech.Say(TextKey.StatusAlbumAllDone, ("count", done), ("time", speech.Time(ready.Sum(job => job.Seconds))));
        var album = speech.Say(TextKey.StatusAlbum, ("count", jobs.Count), ("scale", StatusTexts.Scale(jobs[0])));
        if (done + failed == jobs.Count) return StatusTexts.Lines(StatusTexts.Sending(speech), album);
        var status = Find(jobs, JobState.Running) is { } running ? StatusTexts.Running(speech, running with { Progress = Share(jobs) }, secondsLeft)
            : Find(jobs, JobState.Queued) is { } waiting ? StatusTexts.Queued(speech, waiting, place is null ? null : place with { SecondsLeft = secondsLeft })
            : StatusTexts.Received(speech, jobs.Count);
        return StatusTexts.Lines(status, album, done > 0 ? speech.Say(TextKey.StatusAlbumDone, ("done", done), ("count", jobs.Count)) : null);
    }

    private static Job? Find(IReadOnlyList<Job> jobs, JobState state) => jobs.FirstOrDefault(job => job.State == state);

    private static FormattedText Failed(Speech speech, Job job, PictureTerms limits, int? scaleThatFits) => StatusTexts.Lines(
        speech.Say(TextKey.FailedNamed, ("name", QueueTexts.NameOf(speech, job))),
        job.State == JobState.Failed ? StatusTexts.WhyFailed(speech, job, limits, scaleThatFits) : StatusTexts.Expired(speech, job));

    // Of all pictures together.
    private static double Share(IReadOnlyList<Job> jobs) => jobs.Average(job => job.State switch
    {
        JobState.Received or JobState.Queued => 0,
        JobState.Running => job.Progress,
        _ => 1,
    });
}
