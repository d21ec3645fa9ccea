using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>What the status message of a picture says, from the moment when it came until it is done.</summary>
public static class StatusTexts
{
    /// <summary>The scale of jobs that name none.</summary>
    internal const int UsualScale = 4;

    /// <summary>So many pictures have come and are being fetched.</summary>
    public static FormattedText Received(Speech speech, int count = 1) => Known(speech).Say(TextKey.StatusReceived, ("count", count));

    /// <summary>It waits: its place, and how long that will take.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="job">The job.</param>
    /// <param name="place">Its place, or null where it is not known.</param>
    public static FormattedText Queued(Speech speech, Job job, QueuePlace? place)
    {
        var scale = Scale(job);
        var text = place switch
        {
            null or { Position: 1, SecondsLeft: null } or { IsExact: true, SecondsLeft: null } =>
                Known(speech).Say(TextKey.StatusQueuedNoTime, ("scale", scale), ("place", place?.Position ?? 1)),
            { IsExact: false } => Known(speech).Say(TextKey.StatusQueuedFar, ("scale", scale), ("place", QueuePlace.Counted)),
            { Position: 1, SecondsLeft: { } seconds } => Known(speech).Say(TextKey.StatusNext, ("scale", scale), ("time", speech.About(seconds))),
            { Position: var position, SecondsLeft: var seconds } =>
                Known(speech).Say(TextKey.StatusQueued, ("scale", scale), ("place", position), ("time", speech.About(seconds!.Value))),
        };
        return job.Failures > 0 ? Lines(text, speech.Say(TextKey.StatusRetrying)) : text;
    }

    /// <summary>It is being enlarged.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="job">The job; its progress is shown.</param>
    /// <param name="secondsLeft">How long it will still take, or null where that is not known.</param>
    public static FormattedText Running(Speech speech, Job job, double? secondsLeft)
    {
        var head = Known(speech).Say(TextKey.StatusRunning, ("scale", Scale(job)));
        var bar = speech.Say(TextKey.StatusBar, ("bar", Measures.Bar(job.Progress)), ("percent", Measures.Percent(job.Progress)));
        var left = secondsLeft is { } seconds ? speech.Say(TextKey.StatusTimeLeft, ("time", speech.About(seconds))) : null;
        return Lines(head, bar, job.IsActive ? left : speech.Say(TextKey.StatusGivesWay));
    }

    /// <summary>It is done and on its way.</summary>
    public static FormattedText Sending(Speech speech) => Known(speech).Say(TextKey.StatusSending);

    /// <summary>It is done and has arrived: how long it took, and what made it.</summary>
    public static FormattedText Done(Speech speech, Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var head = Known(speech).Say(TextKey.StatusDone, ("time", speech.Time(job.Seconds)), ("width", job.ResultWidth), ("height", job.ResultHeight));
        return Lines([head, .. HowMade(speech, job)]);
    }

    /// <summary>It was made for the same person before and came at once.</summary>
    public static FormattedText DoneAtOnce(Speech speech) => Known(speech).Say(TextKey.StatusDoneAtOnce);

    /// <summary>It was cancelled.</summary>
    public static FormattedText Cancelled(Speech speech) => Known(speech).Say(TextKey.StatusCancelled);

    /// <summary>It waited too long, or its result did.</summary>
    public static FormattedText Expired(Speech speech, Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Known(speech).Say(job.ResultModel is null ? TextKey.StatusExpired : TextKey.StatusExpiredUnsent);
    }

    /// <summary>It failed: what was wrong, what to do, and where a smaller scale would do, that.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="job">The job.</param>
    /// <param name="limits">What pictures are taken.</param>
    /// <param name="scaleThatFits">A scale that the picture can be enlarged by, for a button; or null.</param>
    public static FormattedText Failed(Speech speech, Job job, PictureTerms limits, int? scaleThatFits = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Lines(Known(speech).Say(TextKey.FailedHead), WhyFailed(speech, job, limits, scaleThatFits));
    }

    /// <summary>How photos would come out better.</summary>
    public static FormattedText CompressedHint(Speech speech, int count = 1) => Known(speech).Say(TextKey.CompressedHint, ("count", count));

    /// <summary>A job of any state.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="job">The job.</param>
    /// <param name="limits">What pictures are taken.</param>
    /// <param name="place">Its place where it is queued, or null.</param>
    /// <param name="secondsLeft">How long it will still take where it runs, or null.</param>
    /// <param name="scaleThatFits">A scale that the picture can be enlarged by where it failed, or null.</param>
    public static FormattedText Of(Speech speech, Job job, PictureTerms limits, QueuePlace? place = null, double? secondsLeft = null, int? scaleThatFits = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.State switch
        {
            JobState.Received => Received(speech),
            JobState.Queued => Queued(speech, job, place),
            JobState.Running => Running(speech, job, secondsLeft),
            JobState.Upscaled => Sending(speech),
            JobState.Delivered => Done(speech, job),
            JobState.Failed => Failed(speech, job, limits, scaleThatFits),
            JobState.Cancelled => Cancelled(speech),
            _ => Expired(speech, job),
        };
    }

    /// <summary>Texts under one another; null is none.</summary>
    public static FormattedText Lines(params IReadOnlyList<FormattedText?> lines) =>
        lines.OfType<FormattedText>().Aggregate(FormattedText.Empty, (all, line) => all.Text.Length == 0 ? line : all + "\n" + line);

    /// <summary>Why a picture failed, and what to do.</summary>
    internal static FormattedText WhyFailed(Speech speech, Job job, PictureTerms limits, int? scaleThatFits)
    {
        var failure = Failure.Of(job.Error);
        var advice = scaleThatFits is { } scale ? speech.Say(TextKey.FailedTryScale, ("scale", scale))
            : failure.Kind == FailureKind.ResultTooLarge ? speech.Say(TextKey.FailedSendSmaller) : null;
        return Lines(failure.Say(speech, job, limits), advice);
    }

    /// <summary>What made a result, and what is to be said about that.</summary>
    internal static IReadOnlyList<FormattedText> HowMade(Speech speech, Job job)
    {
        var notes = ModelNote.Say(speech, job.Note);
        if (job.ResultModel is null || notes.Count > 0 && job.Note!.Contains(job.ResultModel, StringComparison.Ordinal)) return notes;
        return [speech.Say(TextKey.StatusModel, ("model", Display.Text(job.ResultModel))), .. notes];
    }

    internal static int Scale(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Scale ?? UsualScale;
    }

    private static Speech Known(Speech speech)
    {
        ArgumentNullException.ThrowIfNull(speech);
        return speech;
    }
}
