using System.Text.Json;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Rows;

namespace TorchUpscaler.Benchmarks.Tests;

public class ReportTests
{
    private readonly Report _report = new(BenchOptions.Parse([]), TextWriter.Null);

    [Theory]
    [InlineData(2.9, "NOT MET")]
    [InlineData(3.0, "met")]
    [InlineData(5.0, "reached")]
    public void More_is_better_where_a_peer_is_slower(double value, string verdict) =>
        Assert.Equal(verdict, new RowResult(BenchRow.OnnxSmall, value, "", "").Verdict);

    [Theory]
    [InlineData(0.81, "NOT MET")]
    [InlineData(0.8, "met")]
    [InlineData(0.3, "reached")]
    public void Less_is_better_where_seconds_are_counted(double value, string verdict) =>
        Assert.Equal(verdict, new RowResult(BenchRow.Start, value, "", "").Verdict);

    [Fact]
    public void A_row_of_two_contestants_has_both_medians_and_the_pairs()
    {
        foreach (var (ours, theirs) in ((double, double)[])[(1, 3), (2, 8), (4, 12)])
        {
            _report.Log.Add("w", "ours", ours);
            _report.Log.Add("w", "peer", theirs);
        }

        var result = _report.TimesAsLong(BenchRow.OnnxSmall, "w", "peer", "ours");

        Assert.Equal(4, result.Value);  // 8 / 2
        Assert.Equal(3, result.Paired); // of 3, 4 and 3
        Assert.Equal("2.00 s (1.50–3.00)", result.Ours);
    }

    [Fact]
    public void A_row_that_fails_is_missing_and_says_why()
    {
        _report.Row(BenchRow.Start, () => throw new BenchException("no program"));
        _report.Row(BenchRow.OnnxSmall, () => new RowResult(BenchRow.OnnxSmall, 4.2, "1 s", "4.2 s"));

        var table = ResultTable.Of(_report);

        Assert.Equal([BenchRow.OnnxSmall, BenchRow.Start], _report.Rows.Select(result => result.Row));
        Assert.Contains("start is missing: no program", table, StringComparison.Ordinal);
        Assert.Matches(@"onnx-256 .*4\.20×.*≥ 3\.00× +≥ 5\.00× +met", table);
        Assert.Matches(@"start .*≤ 0\.80 s +≤ 0\.30 s +MISSING", table);
    }

    [Fact]
    public void Results_that_do_not_agree_are_no_row()
    {
        _report.Row(BenchRow.OnnxSmall, () =>
        {
            _report.Check("ours", [1, 2, 3], "PyTorch", [1, 2, 5]);
            return new RowResult(BenchRow.OnnxSmall, 9, "", "");
        });

        Assert.Null(_report.Rows[0].Value);
        Assert.Equal("the results do not agree, so that no time is believed: ours against PyTorch: 1 of 3 bytes differ, by 2 at most", _report.Rows[0].Missing);
    }

    [Fact]
    public void Json_has_every_run_and_what_it_was_measured_on()
    {
        _report.Add("w", "ours", 1.5);
        _report.Check("ours", [1], "PyTorch", [1]);
        _report.Row(BenchRow.Overhead, () => new RowResult(BenchRow.Overhead, 3, "a", "b"));
        var circumstances = new Circumstances(DateTimeOffset.UnixEpoch, "abc", Machine.Here(), "AVX2", new Dictionary<string, string> { ["Node"] = "18" });

        var json = JsonDocument.Parse(ResultJson.Of(_report, circumstances)).RootElement;

        Assert.Equal(1.5, json.GetProperty("runs")[0].GetProperty("seconds").GetDouble());
        Assert.True(json.GetProperty("agreements")[0].GetProperty("holds").GetBoolean());
        Assert.True(json.GetProperty("rows")[0].GetProperty("met").GetBoolean());
        Assert.Equal("18", json.GetProperty("versions").GetProperty("Node").GetString());
        Assert.Equal(Environment.ProcessorCount, json.GetProperty("machine").GetProperty("cores").GetInt32());
    }
}
