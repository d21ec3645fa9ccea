using System.Globalization;
using TorchUpscaler.App.Upscale;

namespace TorchUpscaler.App.Queue;

/// <summary>Tells of a delivered result: people a line, programs a line of JSON.</summary>
internal sealed class DeliveryReport(ProgressReporter progress, TextWriter output)
{
    /// <summary>Tells.</summary>
    /// <param name="delivered">The result.</param>
    /// <param name="input">The picture's path as it was given, where that is known.</param>
    internal void Tell(DeliveredResult delivered, string? input)
    {
        var (job, path) = delivered;
        var note = job.Note is null ? "" : $" ({job.Note})";
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{path}: {JobText.Size(job.ResultWidth, job.ResultHeight)} in {job.Seconds:0.0} s{note}"));
        JsonLine.Write(output, JsonLine.Of(json =>
        {
            json.WriteNumber("id", job.Id);
            if (input is not null) json.WriteString("input", input);
            json.WriteString("output", path);
            json.WriteNumber("width", job.ResultWidth);
            json.WriteNumber("height", job.ResultHeight);
            json.WriteString("model", job.ResultModel);
            if (job.Note is not null) json.WriteString("note", job.Note);
            json.WriteNumber("seconds", Math.Round(job.Seconds, 3));
        }), "the report");
    }
}
