using System.Text.Encodings.Web;
using System.Text.Json;
using TorchUpscaler.Benchmarks.Measuring;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>Where and with what it was measured.</summary>
/// <param name="When">When the bench began.</param>
/// <param name="Commit">The commit of the repository; a + behind it says that files have been changed since.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Vectors">The engine's vector width.</param>
/// <param name="Versions">Of everyone who took part.</param>
internal sealed record Circumstances(DateTimeOffset When, string Commit, Machine Machine, string Vectors, IReadOnlyDictionary<string, string> Versions);

/// <summary>The results for programs: every single run, and what was made of them.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The whole text.</summary>
    public static string Of(Report report, Circumstances circumstances) => JsonSerializer.Serialize(
        new
        {
            circumstances.When,
            circumstances.Commit,
            circumstances.Machine,
            circumstances.Vectors,
            circumstances.Versions,
            report.Options.Quick,
            report.Options.Threads,
            Rows = report.Rows.Select(result => new
            {
                result.Row.Name,
                result.Row.What,
                result.Value,
                result.Paired,
                Unit = result.Row.Unit.Trim(),
                result.Row.Bar,
                result.Row.Reach,
                result.Row.LessIsBetter,
                Met = result.Value is { } value ? result.Row.IsMetBy(value) : null,
                result.Ours,
                result.Peer,
                result.Missing,
            }),
            Spreads = report.Log.Runs.GroupBy(run => (run.Work, run.By))
                .Select(runs => new { runs.Key.Work, runs.Key.By, Seconds = Spread.Of(runs.Select(run => run.Seconds)) }),
            report.Log.Runs,
            report.Agreements,
            report.Reading,
        },
        Format) + "\n";
}
