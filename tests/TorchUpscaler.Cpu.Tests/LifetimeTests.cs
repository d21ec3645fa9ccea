using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>Whatever is disposed, fails or is asked again, in whatever order: a named error, never a broken process or a false success.</summary>
public class LifetimeTests
{
    private static readonly RrdbNetShape Shape = Samples.Net(4);
    private static readonly RunOptions Options = new() { Threads = 2 };

    [Fact]
    public void What_a_waiting_run_has_not_touched_yet_is_not_promised_to_another()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        using (var waiting = loaded.Start(Samples.Picture(2000, 100), Options, new CollectingSink()))
        {
            var promised = engine.PromisedBytes();
            var buffers = ((NetworkRun)waiting).ArenaBytes;
            Assert.InRange(promised, buffers / 2, buffers * 2);
            _ = waiting.Step();
            Assert.InRange(engine.PromisedBytes(), 0, promised);
        }

        Assert.InRange(engine.PromisedBytes(), long.MinValue, 0); // what is kept for the next run is its to use
    }

    [Fact]
    public void Weights_that_are_still_to_come_count_as_promised()
    {
        using var model = ModelFile.Open(Oracle.Make(Samples.Net(4, features: 64, growth: 32)));
        using var engine = new CpuEngine();
        var loaded = (LoadedNetwork)engine.Load(model);
        var bytes = loaded.Convolutions.Sum(convolution => 64L * 256 * convolution.InBlocks * convolution.OutBlocks * sizeof(float));
        Assert.InRange(engine.PromisedBytes(), bytes * 9 / 10, bytes * 11 / 10);
        Finish(loaded.Start(Samples.Picture(20, 20), Options, new CollectingSink()));
        Assert.InRange(engine.PromisedBytes(), long.MinValue, bytes / 10);
        loaded.Dispose();
        Assert.InRange(engine.PromisedBytes(), long.MinValue, 0);
    }

    [Fact]
    public void Runs_with_different_numbers_of_threads_live_side_by_side()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        var sinks = new[] { new CollectingSink(), new CollectingSink(), new CollectingSink() };
        var runs = sinks.Select((sink, i) => loaded.Start(Samples.Picture(90, 90), Options with { Threads = i + 1 }, sink)).ToList();
        foreach (var run in runs) _ = run.Step();
        foreach (var run in runs) Finish(run);
        Assert.All(sinks, sink => Assert.Equal(sinks[0].Values, sink.Values));
    }

    [Fact]
    public void Memory_kept_from_a_large_run_does_not_exceed_a_small_runs_budget()
    {
        using var engine = new CpuEngine();
        var large = engine.Rent(1000, long.MaxValue);
        engine.Return(large);
        Assert.Same(large, engine.Rent(900, 1000));
        engine.Return(large);
        var small = engine.Rent(900, 999);
        Assert.NotSame(large, small);
        Assert.Equal(900, small.Capacity);
        Assert.Equal(0, engine.SpareBytes);
        engine.Return(small);
    }

    // What is kept is taken for resident when the next run is planned.
    [Fact]
    public void Memory_of_a_run_that_was_only_planned_is_not_kept()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);

        loaded.Start(Samples.Picture(90, 90), Options, new CollectingSink()).Dispose();
        Assert.Equal(0, engine.SpareBytes);
        Finish(loaded.Start(Samples.Picture(90, 90), Options, new CollectingSink()));
        Assert.NotEqual(0, engine.SpareBytes);
    }

    private static void Finish(IUpscaleRun run)
    {
        using (run)
            while (run.Step() < 1) { }
    }
}
