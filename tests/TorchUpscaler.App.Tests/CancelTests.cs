using System.Diagnostics;

namespace TorchUpscaler.App.Tests;

/// <summary>A run that is stopped from outside.</summary>
[Collection(ProgramTests.Name)]
public sealed class CancelTests(TinyModels models) : IDisposable
{
    private const int ExitCancelled = 130;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_stops_the_run_at_once_and_leaves_nothing(string signal)
    {
        var picture = _here.Picture("large.png", 2600, 2000);
        using var run = ProgramRun.Begin("upscale", picture, "--weights", models.Folder, "-o", _here.PathOf("result.png"));
        run.WaitForFirstLine();
        Thread.Sleep(1500); // well inside the network's work
        Assert.True(run.IsRunning, $"the run ended too early to be cancelled:\n{(run.IsRunning ? "" : run.Wait().Errors)}");

        var watch = Stopwatch.StartNew();
        run.Signal(signal);
        var result = run.Wait().ExitedWith(ExitCancelled);

        // Half a second is the bar; the rest is for a machine that does other things meanwhile.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1.5), $"the program took {watch.Elapsed} to stop");
        Assert.Equal("torchupscaler: cancelled", result.ErrorLines[^1]);
        Assert.Equal(["large.png"], _here.Files);
    }

    [Fact]
    public void What_was_finished_before_stays()
    {
        _here.Picture("a.png");
        _here.Picture("b.png", 2600, 2000);
        using var run = ProgramRun.Begin("upscale", _here.Folder, "--weights", models.Folder);
        for (var i = 0; i < 600 && !File.Exists(_here.PathOf("a_x4.png")); i++) Thread.Sleep(50);

        Thread.Sleep(700);
        run.Signal("INT");
        run.Wait().ExitedWith(ExitCancelled);

        Assert.Equal(["a.png", "a_x4.png", "b.png"], _here.Files);
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("a_x4.png")));
    }

    public void Dispose() => _here.Dispose();
}
