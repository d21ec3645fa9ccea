using System.Diagnostics;

namespace TorchUpscaler.App.Tests;

/// <summary>A run that is stopped from outside.</summary>
[Collection(ProgramTests.Name)]
public sealed class CancelTests(TinyModels models) : IDisposable
{
    private const int ExitCancelled = 130;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("INT", "RGB")]
    [InlineData("TERM", "RGB")]
    [InlineData("INT", "RGBA")] // its alpha, which comes first
    [InlineData("TERM", "RGB", "--strength", "0")]
    public void A_signal_stops_the_run_at_once_and_leaves_nothing(string signal, string mode, params string[] more)
    {
        var picture = _here.Picture("large.png", 2600, 2000, mode);
        using var run = ProgramRun.Begin(["upscale", picture, "-m", "x4plus", "--weights", models.Folder, "-o", _here.PathOf("result.png"), .. more]);
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

    // WebP is coded as a whole when the last row has come, for seconds here, and its encoder does not stop when asked to.
    [Fact]
    public void Not_even_an_encoder_that_cannot_stop_holds_the_program_up()
    {
        var picture = _here.Picture("large.png", 1200, 900);
        using var run = ProgramRun.Begin("upscale", picture, "-m", "x4plus", "--weights", models.Folder, "-o", _here.PathOf("result.webp"));
        run.WaitForFirstLine();
        WaitFor(run, () => run.SecondsOfThreads("libvips worker") > 0.4); // handing rows on takes it far less

        var watch = Stopwatch.StartNew();
        run.Signal("INT");
        run.Wait().ExitedWith(ExitCancelled);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1.5), $"the program took {watch.Elapsed} to stop");
        Assert.Equal(["large.png"], _here.Files);
    }

    [Fact]
    public void What_was_finished_before_stays()
    {
        _here.Picture("a.png");
        _here.Picture("b.png", 2600, 2000);
        using var run = ProgramRun.Begin("upscale", _here.Folder, "-m", "x4plus", "--weights", models.Folder);
        WaitFor(run, () => File.Exists(_here.PathOf("a_x4.png")) && _here.Files.Length > 3); // b's half-written result is there

        run.Signal("INT");
        run.Wait().ExitedWith(ExitCancelled);

        Assert.Equal(["a.png", "a_x4.png", "b.png"], _here.Files);
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("a_x4.png")));
    }

    public void Dispose() => _here.Dispose();

    private static void WaitFor(ProgramRun run, Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(run.IsRunning, "the run ended before it could be cancelled");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "what the test waits for has not come");
            Thread.Sleep(20);
        }
    }
}
