using TorchUpscaler.Benchmarks.Rows;

namespace TorchUpscaler.Benchmarks.Tests;

public class ContestTests
{
    private readonly Report _report = new(BenchOptions.Parse([]), TextWriter.Null);
    private readonly Contest _contest;
    private readonly List<string> _order = [];

    public ContestTests() => _contest = new Contest("w", _report);

    [Fact]
    public void Contestants_run_in_turn()
    {
        Enter("a");
        Enter("b");

        _contest.Run(2);

        Assert.Equal(["a ready", "b ready", "a", "b", "a", "b"], _order);
        Assert.Equal(["a", "b", "a", "b"], _report.Log.Runs.Select(run => run.By));
        _contest.Require("a", "b");
    }

    [Fact]
    public void Who_cannot_get_ready_holds_up_nobody_and_says_why()
    {
        _contest.Enter("a", () => throw new BenchException("not installed"), () => 1);
        Enter("b");

        _contest.Run(1);

        Assert.Equal(["b"], _report.Log.Runs.Select(run => run.By));
        _contest.Require("b");
        Assert.Equal("not installed", Assert.Throws<BenchException>(() => _contest.Require("b", "a")).Message);
    }

    [Fact]
    public void Who_breaks_off_is_out()
    {
        var runs = 0;
        _contest.Enter("a", () => { }, () => ++runs == 2 ? throw new BenchException("out of memory") : 1);
        Enter("b");

        _contest.Run(3);

        Assert.Equal(2, runs);
        Assert.Equal(3, _report.Log.Of("w", "b").Count);
        Assert.Equal("out of memory", Assert.Throws<BenchException>(() => _contest.Require("a")).Message);
    }

    [Fact]
    public void Who_never_entered_is_missed() => Assert.Throws<BenchException>(() => _contest.Require("c"));

    private void Enter(string by) => _contest.Enter(by, () => _order.Add(by + " ready"), () =>
    {
        _order.Add(by);
        return 1;
    });
}
