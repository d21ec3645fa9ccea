using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>Jobs as people read of them.</summary>
internal static class JobText
{
    private const int LongestName = 36;

    /// <summary>A state or class as it is written in options, tables and JSON.</summary>
    internal static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>A length of time: <c>4 s</c>, <c>2:10</c>, <c>1:02:10</c>, <c>3 days</c>.</summary>
    internal static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Round(Math.Max(0, seconds)));
        return time switch
        {
            { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
            { TotalHours: < 1 } => time.ToString(@"m\:ss", CultureInfo.InvariantCulture),
            { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} days"),
        };
    }

    /// <summary>A job's place and the time that it will take.</summary>
    internal static string Place(QueuePlace place)
    {
        if (!place.IsExact) return string.Create(CultureInfo.InvariantCulture, $"place beyond {QueuePlace.Counted}");
        var left = place.SecondsLeft is { } seconds ? $", about {Duration(seconds)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"place {place.Position}{left}");
    }

    /// <summary>How far a job is: its place, its progress, its result or its error.</summary>
    internal static string Progress(Job job, QueuePlace? place) => job.State switch
    {
        JobState.Queued => place is null ? "" : Place(place),
        JobState.Running => string.Create(CultureInfo.InvariantCulture, $"{(int)(job.Progress * 100)} %{(job.IsActive ? "" : ", suspended")}"),
        JobState.Upscaled or JobState.Delivered => Size(job.ResultWidth, job.ResultHeight),
        JobState.Failed or JobState.Cancelled or JobState.Expired => job.Error ?? "",
        _ => "",
    };

    /// <summary>Columns and rows.</summary>
    internal static string Size(int width, int height) => width == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{width}×{height}");

    /// <summary>A moment, in UTC, and how long ago it was.</summary>
    internal static string Time(long milliseconds, DateTimeOffset now)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var ago = now - time;
        var distance = ago < TimeSpan.Zero ? $"in {Duration(-ago.TotalSeconds)}" : $"{Duration(ago.TotalSeconds)} ago";
        return string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd HH:mm:ss}Z ({distance})");
    }

    /// <summary>A picture's name, as much of it as a table takes.</summary>
    internal static string ShortName(string name)
    {
        var text = Display.Text(name);
        return text.Length <= LongestName ? text : text[..(LongestName - 1)] + "…";
    }

    /// <summary>Rows of a table, columns as wide as they need to be; numbers to the right.</summary>
    /// <param name="rows">The head, then the rows.</param>
    /// <param name="right">Which columns stand to the right.</param>
    internal static IEnumerable<string> Table(IReadOnlyList<string[]> rows, params int[] right)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        return rows.Select(row => string.Join("  ", row.Select((text, column) =>
            right.Contains(column) ? text.PadLeft(widths[column]) : text.PadRight(widths[column]))).TrimEnd());
    }
}
