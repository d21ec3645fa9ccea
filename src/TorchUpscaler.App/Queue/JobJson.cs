using System.Globalization;
using System.Text.Json;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>Jobs and figures as programs read of them: one object a line. The keys are a promise: README lists them.</summary>
internal static class JobJson
{
    /// <summary>A job with all that is known of it, but for what its front end keeps for itself.</summary>
    internal static string Of(Job job, QueuePlace? place) => JsonLine.Of(json =>
    {
        json.WriteNumber("id", job.Id);
        json.WriteString("state", JobText.Name(job.State));
        json.WriteString("class", JobText.Name(job.Class));
        json.WriteString("effectiveClass", JobText.Name(job.EffectiveClass));
        json.WriteString("person", job.Person);
        json.WriteString("frontEnd", job.FrontEnd);
        json.WriteString("name", job.Name);
        json.WriteNumber("width", job.Width);
        json.WriteNumber("height", job.Height);
        json.WriteString("model", job.Model);
        Number(json, "scale", job.Scale);
        json.WriteString("format", job.Format is { } format ? JobText.Name(format) : null);
        json.WriteNumber("quality", job.Quality);
        json.WriteNumber("estimatedSeconds", Math.Round(job.Cost, 1));
        json.WriteNumber("progress", Math.Round(job.Progress, 4));
        json.WriteBoolean("active", job.IsActive);
        json.WriteNumber("attempt", job.Attempt);
        json.WriteNumber("failures", job.Failures);
        json.WriteString("holder", job.LeaseOwner);
        Time(json, "receivedAt", job.ReceivedAt);
        Time(json, "queuedAt", job.QueuedAt);
        Time(json, "startedAt", job.StartedAt);
        Time(json, "endedAt", job.EndedAt);
        Time(json, "toldAt", job.ToldAt);
        json.WriteString("error", job.Error);
        if (place is not null)
        {
            json.WriteNumber("position", place.Position);
            Number(json, "secondsLeft", place.SecondsLeft is { } seconds ? Math.Round(seconds, 1) : null);
        }
        if (job.ResultBytes > 0) WriteResult(json, job);
    });

    /// <summary>What is in the store.</summary>
    internal static string Of(QueueStats stats, string store) => JsonLine.Of(json =>
    {
        json.WriteString("store", store);
        json.WriteStartObject("jobs");
        foreach (var state in Enum.GetValues<JobState>())
        {
            json.WriteStartObject(JobText.Name(state));
            foreach (var jobClass in Enum.GetValues<JobClass>()) json.WriteNumber(JobText.Name(jobClass), stats.Of(state, jobClass));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteNumber("oldestWaitSeconds", Math.Round(stats.OldestWait, 1));
        json.WriteNumber("queuedWorkSeconds", Math.Round(stats.SecondsQueued, 1));
        json.WriteStartArray("workers");
        foreach (var worker in stats.Workers)
        {
            json.WriteStartObject();
            json.WriteString("name", worker.Owner);
            json.WriteString("about", worker.About);
            Time(json, "seenAt", worker.SeenAt);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void WriteResult(Utf8JsonWriter json, Job job)
    {
        json.WriteStartObject("result");
        json.WriteNumber("width", job.ResultWidth);
        json.WriteNumber("height", job.ResultHeight);
        json.WriteNumber("bytes", job.ResultBytes);
        json.WriteString("model", job.ResultModel);
        json.WriteString("note", job.Note);
        json.WriteNumber("seconds", Math.Round(job.Seconds, 3));
        json.WriteBoolean("kept", job.ResultFile is not null);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string key, double? value)
    {
        if (value is { } number) json.WriteNumber(key, number);
        else json.WriteNull(key);
    }

    private static void Time(Utf8JsonWriter json, string key, long? milliseconds) =>
        json.WriteString(key, milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : null);
}
