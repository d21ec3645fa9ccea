using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>Whatever is disposed, fails or is asked again, in whatever order: a named error, never a broken process or a false success.</summary>
public class LifetimeTests
{
    private static readonly RrdbNetShape Shape = Runs.Net(4);
    private static readonly RunOptions Options = new() { Threads = 2 };

    [Fact]
    public void Everything_may_be_disposed_twice_and_memory_is_not_given_out_twice()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        var engine = new CpuEngine();
        var loaded = engine.Load(model);
        Finish(loaded.Start(Runs.Picture(20, 20), Options, new CollectingSink()));
        var run = loaded.Start(Runs.Picture(20, 20), Options, new CollectingSink());
        run.Dispose();
        run.Dispose();

        var first = new CollectingSink();
        var second = new CollectingSink();
        using (var a = loaded.Start(Runs.Picture(20, 20), Options, first))
        using (var b = loaded.Start(Runs.Picture(20, 20), Options, second))
        {
            while (a.Step() < 1) _ = b.Step();
            while (b.Step() < 1) { }
        }

        Assert.Equal(first.Values, second.Values);
        loaded.Dispose();
        loaded.Dispose();
        engine.Dispose();
        engine.Dispose();
    }

    [Fact]
    public void What_a_waiting_run_has_not_touched_yet_is_not_promised_to_another()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        using (var waiting = loaded.Start(Runs.Picture(2000, 100), Options, new CollectingSink()))
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
    public void Weights_are_there_when_they_are_first_needed_whatever_became_of_their_file()
    {
        var weights = Path.Combine(Directory.CreateTempSubdirectory("lifetime-").FullName, "model.safetensors");
        File.Copy(Oracle.Make(Shape), weights);
        using var engine = new CpuEngine();
        ILoadedModel loaded;
        using (var model = ModelFile.Open(weights)) loaded = engine.Load(model);
        Directory.Delete(Path.GetDirectoryName(weights)!, recursive: true);
        using (loaded)
        {
            var sink = new CollectingSink();
            Finish(loaded.Start(Runs.Picture(20, 20), Options, sink));
            Assert.Equal(Runs.Upscale(Oracle.Make(Shape), Runs.Picture(20, 20)).Values, sink.Values);
        }
    }

    [Fact]
    public void Weights_that_are_still_to_come_count_as_promised()
    {
        using var model = ModelFile.Open(Oracle.Make(Runs.Net(4, features: 64, growth: 32)));
        using var engine = new CpuEngine();
        var loaded = (LoadedNetwork)engine.Load(model);
        var bytes = loaded.Convolutions.Sum(convolution => 64L * 256 * convolution.InBlocks * convolution.OutBlocks * sizeof(float));
        Assert.InRange(engine.PromisedBytes(), bytes * 9 / 10, bytes * 11 / 10);
        Finish(loaded.Start(Runs.Picture(20, 20), Options, new CollectingSink()));
        Assert.InRange(engine.PromisedBytes(), long.MinValue, bytes / 10);
        loaded.Dispose();
        Assert.InRange(engine.PromisedBytes(), long.MinValue, 0);
    }

    [Fact]
    public void A_run_goes_on_when_its_model_has_been_disposed()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        var loaded = engine.Load(model);
        var before = new CollectingSink();
        Finish(loaded.Start(Runs.Picture(60, 300), Options, before));

        var after = new CollectingSink();
        var run = loaded.Start(Runs.Picture(60, 300), Options, after);
        loaded.Dispose();
        Finish(run);
        Assert.Equal(before.Values, after.Values);
        Assert.Throws<ObjectDisposedException>(() => loaded.Start(Runs.Picture(2, 2), Options, new CollectingSink()));
    }

    [Fact]
    public void A_run_of_a_disposed_engine_says_so()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        var engine = new CpuEngine();
        var loaded = engine.Load(model);
        var run = loaded.Start(Runs.Picture(20, 20), Options, new CollectingSink());
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Step());
        Assert.Throws<ObjectDisposedException>(() => loaded.Start(Runs.Picture(2, 2), Options, new CollectingSink()));
        Assert.Throws<ObjectDisposedException>(() => engine.Load(model));
        run.Dispose();
        loaded.Dispose();
    }

    [Fact]
    public void A_run_whose_sink_has_failed_never_says_that_it_is_done()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        using var run = loaded.Start(Runs.Picture(20, 20), Options, new FullDisk());
        Assert.Throws<IOException>(() =>
        {
            while (run.Step() < 1) { }
        });
        Assert.Throws<InvalidOperationException>(() => run.Step());
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Step());
    }

    [Fact]
    public void Runs_with_different_numbers_of_threads_live_side_by_side()
    {
        using var model = ModelFile.Open(Oracle.Make(Shape));
        using var engine = new CpuEngine();
        using var loaded = engine.Load(model);
        var sinks = new[] { new CollectingSink(), new CollectingSink(), new CollectingSink() };
        var runs = sinks.Select((sink, i) => loaded.Start(Runs.Picture(90, 90), Options with { Threads = i + 1 }, sink)).ToList();
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

        loaded.Start(Runs.Picture(90, 90), Options, new CollectingSink()).Dispose();
        Assert.Equal(0, engine.SpareBytes);
        Finish(loaded.Start(Runs.Picture(90, 90), Options, new CollectingSink()));
        Assert.NotEqual(0, engine.SpareBytes);
    }

    private static void Finish(IUpscaleRun run)
    {
        using (run)
            while (run.Step() < 1) { }
    }

    private sealed class FullDisk : IRowSink
    {
        public void Begin(int width, int height, int channels) { }

        public void Write(ReadOnlySpan<float> rows, int count) => throw new IOException("the disk is full");

        public void Complete() => Assert.Fail("a failed sink is not completed");

        public void Dispose() { }
    }
}
