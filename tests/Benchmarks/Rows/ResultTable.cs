using System.Globalization;
using TorchUpscaler.Benchmarks.Measuring;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>The results for people.</summary>
internal static class ResultTable
{
    private static readonly string[] Heads = ["row", "what", "ours", "peer", "value", "paired", "bar", "reach", ""];

    /// <summary>A line for each row, its columns under each other; below them why rows are missing, and all times.</summary>
    public static string Of(Report report)
    {
        string[][] lines = [Heads, .. report.Rows.Select(Cells)];
        int[] widths = [.. Heads.Select((_, column) => lines.Max(line => line[column].Length))];
        var table = lines.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        string[] missing = [.. report.Rows.Where(row => row.Missing is not null).Select(row => $"{row.Row.Name} is missing: {row.Missing}")];
        var times = report.Log.Runs.GroupBy(run => (run.Work, run.By)).Select(runs => Describe($"{runs.Key.Work}, {runs.Key.By}", runs));
        return string.Join('\n', [.. table, .. Section(missing), .. Section(["all times: runs; minimum, quartiles and median, maximum", .. times])]);
    }

    private static string[] Section(string[] lines) => lines.Length == 0 ? [] : ["", .. lines];

    private static string[] Cells(RowResult result)
    {
        var row = result.Row;
        var comparison = row.LessIsBetter ? "≤ " : "≥ ";
        return
        [
            row.Name, row.What, result.Ours, result.Peer, Number(row, result.Value), Number(row, result.Paired),
            row.Bar is null ? "" : comparison + Number(row, row.Bar), row.Reach is null ? "" : comparison + Number(row, row.Reach), result.Verdict,
        ];
    }

    private static string Number(BenchRow row, double? value) =>
        value is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{value:0.00}{row.Unit}");

    private static string Describe(string what, IEnumerable<TimedRun> runs)
    {
        var s = Spread.Of(runs.Select(run => run.Seconds));
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: {s.Count}; {s.Minimum:0.000}  {s.LowerQuartile:0.000}  {s.Median:0.000}  {s.UpperQuartile:0.000}  {s.Maximum:0.000} s");
    }
}
