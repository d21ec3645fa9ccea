using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>The list of a person's pictures.</summary>
public static class QueueTexts
{
    /// <summary>The list, or that there is nothing in it.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="jobs">The jobs that are listed, and the places of those that wait.</param>
    /// <param name="more">How many there are beside them.</param>
    public static FormattedText List(Speech speech, IReadOnlyList<(Job Job, QueuePlace? Place)> jobs, int more)
    {
        ArgumentNullException.ThrowIfNull(speech);
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count == 0) return speech.Say(TextKey.QueueEmpty);
        var lines = jobs.Select((entry, i) => Line(speech, i + 1, entry.Job, entry.Place));
        return StatusTexts.Lines([speech.Say(TextKey.Queue), .. lines, more > 0 ? speech.Say(TextKey.QueueMore, ("count", more)) : null]);
    }

    /// <summary>What a picture is called: only files have names of their own.</summary>
    public static string NameOf(Speech speech, Job job)
    {
        ArgumentNullException.ThrowIfNull(speech);
        ArgumentNullException.ThrowIfNull(job);
        return PictureRequest.Of(job)?.Kind switch
        {
            PictureKind.Photo => speech.Plain(TextKey.NamePhoto),
            PictureKind.Sticker => speech.Plain(TextKey.NameSticker),
            _ => Measures.Name(job.Name),
        };
    }

    private static FormattedText Line(Speech speech, int number, Job job, QueuePlace? place)
    {
        (string, TextValue)[] values = [("number", number), ("name", NameOf(speech, job)), ("scale", StatusTexts.Scale(job))];
        return job.State switch
        {
            JobState.Received => speech.Say(TextKey.QueueFetching, values),
            JobState.Running => speech.Say(TextKey.QueueRunning, [.. values, ("percent", Measures.Percent(job.Progress))]),
            JobState.Queued when place is { IsExact: true, SecondsLeft: { } seconds } =>
                speech.Say(TextKey.QueueWaiting, [.. values, ("place", place.Position), ("time", speech.About(seconds))]),
            JobState.Queued when place is { IsExact: false } => speech.Say(TextKey.QueueWaitingFar, [.. values, ("place", QueuePlace.Counted)]),
            JobState.Queued when place is { IsExact: true } => speech.Say(TextKey.QueueWaitingNoTime, [.. values, ("place", place.Position)]),
            // Between two looks it has begun.
            JobState.Queued => speech.Say(TextKey.QueueRunning, [.. values, ("percent", 0)]),
            _ => speech.Say(TextKey.QueueSending, values),
        };
    }
}
