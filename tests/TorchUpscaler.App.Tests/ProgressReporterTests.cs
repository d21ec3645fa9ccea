using TorchUpscaler.App.Upscale;

namespace TorchUpscaler.App.Tests;

public sealed class ProgressReporterTests : IDisposable
{
    private readonly StringWriter _said = new() { NewLine = "\n" };
    private readonly Clock _clock = new();

    [Fact]
    public void On_a_terminal_a_bar_with_the_time_left_is_drawn_over_itself()
    {
        var progress = new ProgressReporter(_said, isTerminal: true, _clock);

        progress.Start("photo.png", "2×2 to 8×8 with x4plus");
        _clock.Pass(30);
        progress.Advance(0.25);

        var drawn = _said.ToString().Split("\r\e[K");
        Assert.Equal("photo.png [............................] 0 %", drawn[1]);
        Assert.Equal("photo.png [#######.....................] 25 %, 1:30 left", drawn[2]);
        Assert.DoesNotContain('\n', _said.ToString());
    }

    [Fact]
    public void A_line_takes_the_bars_place()
    {
        var progress = new ProgressReporter(_said, isTerminal: true, _clock);

        progress.Start("photo.png", "");
        progress.Say("done");
        progress.Say("all done");

        Assert.EndsWith("0 %\r\e[Kdone\nall done\n", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_there_are_whole_lines_and_few_of_them()
    {
        var progress = new ProgressReporter(_said, isTerminal: false, _clock);

        progress.Start("photo.png", "2×2 to 8×8 with x4plus");
        for (var second = 1; second <= 25; second++)
        {
            _clock.Pass(1);
            progress.Advance(second / 100.0);
        }

        Assert.Equal(
            "photo.png: 2×2 to 8×8 with x4plus\nphoto.png: 10 %, 1:30 left\nphoto.png: 20 %, 1:20 left\n", _said.ToString());
    }

    [Fact]
    public void Hours_are_told_as_hours_and_long_names_by_their_end()
    {
        var progress = new ProgressReporter(_said, isTerminal: true, _clock);

        progress.Start("/a/very/long/way/to/a/folder/with/a/photo.png", "");
        _clock.Pass(3600);
        progress.Advance(0.5);

        Assert.EndsWith("…ay/to/a/folder/with/a/photo.png" + " [##############..............] 50 %, 1:00:00 left", _said.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "a?[31m?b.png [............................] 0 %\r\e[Kc?[2J?d\n")]
    [InlineData(false, "a?[31m?b.png: big\na?[31m?b.png: 20 %, 0:40 left\nc?[2J?d\n")]
    public void Control_characters_of_names_are_shown_as_question_marks(bool isTerminal, string said)
    {
        var progress = new ProgressReporter(_said, isTerminal, _clock);

        progress.Start("a\e[31m\nb.png", "big");
        if (!isTerminal) _clock.Pass(10);
        progress.Advance(0.2);
        progress.Say("c\u001b[2J\u009bd");

        Assert.EndsWith(said, _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_said_is_no_error()
    {
        using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using var full = new StreamWriter(device) { AutoFlush = true };

        foreach (var isTerminal in new[] { true, false })
        {
            var progress = new ProgressReporter(full, isTerminal, _clock);
            progress.Start("photo.png", "");
            _clock.Pass(60);
            progress.Advance(0.5);
            progress.Say("done");
        }
    }

    public void Dispose() => _said.Dispose();

    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        internal void Pass(int seconds) => _ticks += seconds * TimeSpan.TicksPerSecond;
    }
}
