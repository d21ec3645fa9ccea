namespace TorchUpscaler.Core.Tests.Sinks;

public class GreySinkTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 5)]
    [InlineData(9000, 23)]
    public void A_pixel_becomes_the_mean_of_its_colours(int width, int height)
    {
        var rgb = Samples.Random(width * height * 3, seed: 6, -0.2f, 1.2f);
        using var grey = new RecordingSink();
        using var sink = new GreySink(grey);

        sink.Begin(width, height, 3);
        sink.Write(rgb, height);
        sink.Complete();

        Assert.Equal((width, height, 1), grey.Size);
        Assert.Equal(width * height, grey.Samples.Count);
        for (var i = 0; i < grey.Samples.Count; i++)
            Assert.Equal((float)rgb.Skip(3 * i).Take(3).Average(sample => Math.Clamp((double)sample, 0, 1)), grey.Samples[i], 1e-6f);
        Assert.True(grey.Completed);
    }

    [Fact]
    public void A_spooled_picture_has_the_same_grey()
    {
        const int width = 40, height = 30;
        var rgb = Samples.Random(width * height * 3, seed: 8, -0.5f, 1.5f);
        using var direct = new RecordingSink();
        using var spooled = new RecordingSink();

        using (var sink = new GreySink(direct))
        {
            sink.Begin(width, height, 3);
            sink.Write(rgb, height);
        }
        using (var sink = new GreySink(spooled))
        using (var spool = new ColumnSpool(Path.GetTempPath()))
        {
            spool.Begin(height, width, 3);
            spool.Write(Transposed(rgb, width, height), width);
            spool.Complete();
            sink.Begin(width, height, 3);
            for (var row = 0; row < height;) row = spool.Replay(row, sink);
        }

        Assert.Equal(direct.Samples.Count, spooled.Samples.Count);
        for (var i = 0; i < direct.Samples.Count; i++) Assert.Equal(direct.Samples[i], spooled.Samples[i], 1f / 65535);
    }

    [Fact]
    public void Every_grey_level_comes_back_as_itself()
    {
        using var grey = new RecordingSink();
        using var sink = new GreySink(grey);
        var rgb = Enumerable.Range(0, 65536).SelectMany(level => Enumerable.Repeat(level / 65535f, 3)).ToArray();
        var levels = new ushort[65536];

        sink.Begin(65536, 1, 3);
        sink.Write(rgb, 1);
        Rounding.ToUInt16(grey.Samples.ToArray(), levels);

        Assert.Equal(Enumerable.Range(0, 65536), levels.Select(level => (int)level));
    }

    [Fact]
    public void Only_three_channels_make_a_grey()
    {
        using var sink = new GreySink(new RecordingSink());

        Assert.Throws<ArgumentOutOfRangeException>(() => sink.Begin(1, 1, 4));
    }

    // [height][width][3] → [width][height][3]
    private static float[] Transposed(float[] rgb, int width, int height) =>
        [.. from x in Enumerable.Range(0, width) from y in Enumerable.Range(0, height) from c in Enumerable.Range(0, 3) select rgb[(y * width + x) * 3 + c]];
}

public class TimedSinkTests
{
    [Fact]
    public void Only_the_time_inside_the_chain_counts()
    {
        using var slow = new RecordingSink { Delay = TimeSpan.FromMilliseconds(60) };
        using var sink = new TimedSink(slow);
        sink.Begin(1, 2, 1);
        Assert.True(sink.Elapsed < TimeSpan.FromMilliseconds(50), $"nothing slow has been called, but {sink.Elapsed} counted");

        sink.Write([0], 1);
        var first = sink.Elapsed;
        Thread.Sleep(100);

        Assert.True(first >= TimeSpan.FromMilliseconds(59), $"the chain slept 60 ms, {first} counted");
        Assert.Equal(first, sink.Elapsed);
    }

    [Fact]
    public void Rows_and_completion_go_through()
    {
        using var next = new RecordingSink();
        using (var sink = new TimedSink(next))
        {
            sink.Begin(2, 1, 1);
            sink.Write([0.25f, 0.5f], 1);
            sink.Complete();
        }

        Assert.Equal([0.25f, 0.5f], next.Samples);
        Assert.True(next is { Completed: true, Disposed: true, Rows: 1 });
    }
}
