using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Compact;
using TorchUpscaler.Cpu.Rrdb;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>Whole runs of the CPU engine.</summary>
internal static class Runs
{
    /// <summary>Through the public seam.</summary>
    public static CollectingSink Upscale(string weights, Picture picture, int threads = 2, long memory = 4L << 30)
    {
        using var model = ModelFile.Open(weights);
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        var sink = new CollectingSink();
        using var run = loaded.Start(picture, new RunOptions { Threads = threads, MemoryBytes = memory }, sink);
        Samples.Finish(run, sink);
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
        Samples.Finish(run, sink);
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
}
