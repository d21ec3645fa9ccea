using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Compact;
using TorchUpscaler.Cpu.Rrdb;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>Whole runs of the engine, and the pictures that go in.</summary>
internal static class Runs
{
    public static RrdbNetShape Net(int scale, int features = 16, int blocks = 1, int growth = 8, int channels = 3) =>
        new(scale, channels, channels, features, blocks, growth);

    public static CompactNetShape Compact(int scale, int features = 16, int convolutions = 3, int channels = 3) =>
        new(scale, channels, channels, features, convolutions);

    /// <summary>A smooth picture with some noise, always the same for a seed.</summary>
    public static Picture Picture(int width, int height, int channels = 3, int bits = 8, int seed = 1)
    {
        var picture = new Picture(width, height, channels, bits);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
            for (var i = 0; i < width * channels; i++)
            {
                var wave = 0.5 + 0.3 * Math.Sin((i / channels * 0.21) + i % channels) * Math.Cos(y * 0.17) + 0.2 * (random.NextDouble() - 0.5);
                if (bits == 8) picture.Row8(y)[i] = (byte)(Math.Clamp(wave, 0, 1) * 255);
                else picture.Row16(y)[i] = (ushort)(Math.Clamp(wave, 0, 1) * 65535);
            }

        return picture;
    }

    /// <summary>Through the public seam.</summary>
    public static CollectingSink Upscale(string weights, Picture picture, int threads = 2, long memory = 4L << 30)
    {
        using var model = ModelFile.Open(weights);
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        var sink = new CollectingSink();
        using var run = loaded.Start(picture, new RunOptions { Threads = threads, MemoryBytes = memory }, sink);
        Finish(run, sink);
        return sink;
    }

    /// <summary>With bands of a given height.</summary>
    public static CollectingSink UpscaleInBands(string weights, NetworkShape shape, Picture picture, int bandRows, int tailRows, int threads = 2, bool transposed = false)
    {
        using var model = ModelFile.Open(weights);
        using var engine = new CpuEngine();
        using var loaded = (LoadedNetwork)engine.Load(model);
        var sink = new CollectingSink();
        using var run = new NetworkRun(loaded, picture, Plan(shape, picture, bandRows, tailRows, transposed), new RunOptions { Threads = threads }, sink, long.MaxValue);
        Finish(run, sink);
        return sink;
    }

    /// <summary>A plan with bands of a given height; only RRDBNet has a tail.</summary>
    public static RunPlan Plan(NetworkShape shape, Picture picture, int bandRows, int tailRows, bool transposed)
    {
        var rows = new InputRows(picture, shape.InputChannels, shape is RrdbNetShape { Unshuffle: var unshuffle } ? unshuffle : 1, transposed);
        return shape switch
        {
            RrdbNetShape rrdb => new RrdbPlan(rrdb, rows.Columns, rows.Rows, bandRows, tailRows, transposed),
            CompactNetShape compact => new CompactPlan(compact, rows.Columns, rows.Rows, bandRows, transposed),
            _ => throw new ArgumentException($"no plan for {shape.Kind}", nameof(shape)),
        };
    }

    private static void Finish(IUpscaleRun run, CollectingSink sink)
    {
        var done = 0.0;
        while (done < 1)
        {
            Assert.False(sink.Completed);
            var now = run.Step();
            Assert.InRange(now, done, 1);
            done = now;
        }

        Assert.True(sink.Completed);
    }
}
