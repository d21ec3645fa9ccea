using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>All that is known of a job, for people.</summary>
internal static class JobSheet
{
    /// <summary>Lines of a name and a value; what is not known or usual is left out.</summary>
    internal static IReadOnlyList<string[]> Of(Job job, QueuePlace? place, DateTimeOffset now)
    {
        var lines = new List<string[]>();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) lines.Add([name, Display.Text(value)]);
        }
        void AddTime(string name, long? time) => Add(name, time is { } known ? JobText.Time(known, now) : null);

        Add("job", job.Id.ToString(CultureInfo.InvariantCulture));
        Add("state", $"{JobText.Name(job.State)}{(job.State is JobState.Queued or JobState.Running ? $", {JobText.Progress(job, place)}" : "")}");
        Add("class", job.EffectiveClass == job.Class ? JobText.Name(job.Class) : $"{JobText.Name(job.Class)}, counts as {JobText.Name(job.EffectiveClass)} after its long wait");
        Add("person", $"{job.Person}, by {job.FrontEnd}");
        Add("picture", $"{job.Name} {JobText.Size(job.Width, job.Height)}".TrimEnd());
        Add("asked for", Asked(job));
        Add("estimate", job.Cost > 0 ? JobText.Duration(job.Cost) : null);
        Add("attempts", Attempts(job));
        Add("held by", job.LeaseOwner);
        AddTime("lease until", job.LeaseUntil);
        AddTime("not before", job.State == JobState.Queued && job.NotBefore > now.ToUnixTimeMilliseconds() ? job.NotBefore : null);
        AddTime("received", job.ReceivedAt);
        AddTime("queued", job.QueuedAt);
        AddTime("started", job.StartedAt);
        AddTime("ended", job.EndedAt);
        AddTime(job.State == JobState.Delivered ? "delivered" : "sender told", job.ToldAt);
        Add("error", job.Error);
        if (job.ResultBytes > 0) Add("result", Result(job));
        Add("note", job.Note);
        return lines;
    }

    private static string Asked(Job job)
    {
        string?[] parts =
        [
            job.Model is null ? null : $"model {job.Model}",
            job.Scale is null ? null : string.Create(CultureInfo.InvariantCulture, $"×{job.Scale}"),
            job.Format is null ? null : PictureFormats.Name(job.Format.Value),
            string.Create(CultureInfo.InvariantCulture, $"quality {job.Quality}"),
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    private static string? Attempts(Job job) => job.Attempt == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"claimed {job.Attempt} times, {job.Failures} failures{(job.Deliveries > 0 ? $", {job.Deliveries} deliveries begun" : "")}");

    private static string Result(Job job) => string.Create(CultureInfo.InvariantCulture,
        $"{JobText.Size(job.ResultWidth, job.ResultHeight)}, {job.ResultBytes} bytes, by {job.ResultModel} in {job.Seconds:0.0} s{(job.ResultFile is null ? ", not kept any more" : "")}");
}
