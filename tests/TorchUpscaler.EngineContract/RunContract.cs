using TorchUpscaler.Core;
using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>
/// Runs of every engine: whatever is disposed, cancelled, fails or is asked again, in whatever order, there is a named error, and never a
/// broken process or a false success.
/// </summary>
public abstract class RunContract : EngineSuite
{
    private static readonly RrdbNetShape s_shape = Samples.Net(4);

    [Fact]
    public void Everything_may_be_disposed_twice_and_runs_may_take_turns()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        var engine = Open();
        var loaded = engine.Load(model);
        var alone = Upscale(loaded, Samples.Picture(20, 20));
        var run = loaded.Start(Samples.Picture(20, 20), Options, new CollectingSink());
        run.Dispose();
        run.Dispose();

        var (first, second) = (new CollectingSink(), new CollectingSink());
        using (var a = loaded.Start(Samples.Picture(20, 20), Options, first))
        using (var b = loaded.Start(Samples.Picture(20, 20), Options, second))
        {
            while (a.Step() < 1) _ = b.Step();
            while (b.Step() < 1) { }
        }

        Assert.Equal(alone.Values, first.Values);
        Assert.Equal(alone.Values, second.Values);
        loaded.Dispose();
        loaded.Dispose();
        engine.Dispose();
        engine.Dispose();
    }

    [Fact]
    public void The_same_picture_gives_the_same_to_the_bit()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var engine = Open();
        using var loaded = engine.Load(model);
        var first = Upscale(loaded, Samples.Picture(61, 47));
        _ = Upscale(loaded, Samples.Picture(40, 30, seed: 2));
        Assert.Equal(first.Values, Upscale(loaded, Samples.Picture(61, 47)).Values);
        Assert.Equal(first.Values, Upscale(Oracle.Make(s_shape), Samples.Picture(61, 47)).Values);
    }

    [Fact]
    public void A_cancelled_run_leaves_its_sink_incomplete_and_the_engine_as_it_was()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var engine = Open();
        using var loaded = engine.Load(model);
        var expected = Upscale(loaded, Samples.Picture(20, 20)).Values;
        var cancelled = new CollectingSink();
        using (var run = loaded.Start(Samples.Picture(700, 700), Options, cancelled)) Assert.InRange(run.Step(), 0, 0.9999);
        Assert.False(cancelled.Completed);
        Assert.Equal(expected, Upscale(loaded, Samples.Picture(20, 20)).Values);
    }

    [Fact]
    public void A_suspended_run_is_not_disturbed_by_those_before_which_it_waits()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var other = ModelFile.Open(Oracle.Make(Samples.Compact(4)));
        using var engine = Open();
        using var loaded = engine.Load(model);
        using var second = engine.Load(other);
        var expected = Upscale(loaded, Samples.Picture(150, 120, seed: 3)).Values;
        var sink = new CollectingSink();
        using var suspended = loaded.Start(Samples.Picture(150, 120, seed: 3), Options, sink);
        _ = suspended.Step();
        _ = Upscale(second, Samples.Picture(90, 64, seed: 2));
        _ = Upscale(loaded, Samples.Picture(40, 30));
        while (suspended.Step() < 1) { }
        Assert.Equal(expected, sink.Values);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_picture()
    {
        var weights = Oracle.Make(s_shape);
        var expected = Upscale(weights, Samples.Picture(90, 90)).Values;
        foreach (var threads in (int[])[1, 3, 5])
            Exactness.Holds(expected, Upscale(weights, Samples.Picture(90, 90), Options with { Threads = threads }).Values, $"{threads} threads");
        Assert.Throws<ArgumentOutOfRangeException>(() => Upscale(weights, Samples.Picture(2, 2), Options with { Threads = 0 }));
    }

    [Fact]
    public void Single_precision_can_be_asked_for()
    {
        var weights = Oracle.Make(s_shape);
        var picture = Samples.Picture(33, 21);
        Exactness.Holds(Oracle.Upscale(weights, s_shape, picture), Upscale(weights, picture, Options with { Precision = Precision.Float32 }).Values, "fp32");
    }

    [Fact]
    public void Weights_are_there_when_they_are_first_needed_whatever_became_of_their_file()
    {
        var weights = Path.Combine(Directory.CreateTempSubdirectory("lifetime-").FullName, "model.safetensors");
        File.Copy(Oracle.Make(s_shape), weights);
        using var engine = Open();
        ILoadedModel loaded;
        using (var model = ModelFile.Open(weights)) loaded = engine.Load(model);
        Directory.Delete(Path.GetDirectoryName(weights)!, recursive: true);
        using (loaded)
            Assert.Equal(Upscale(Oracle.Make(s_shape), Samples.Picture(20, 20)).Values, Upscale(loaded, Samples.Picture(20, 20)).Values);
    }

    [Fact]
    public void A_run_goes_on_when_its_model_has_been_disposed()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var engine = Open();
        var loaded = engine.Load(model);
        var before = Upscale(loaded, Samples.Picture(60, 300));

        var after = new CollectingSink();
        using var run = loaded.Start(Samples.Picture(60, 300), Options, after);
        loaded.Dispose();
        Samples.Finish(run, after);
        Assert.Equal(before.Values, after.Values);
        Assert.Throws<ObjectDisposedException>(() => loaded.Start(Samples.Picture(2, 2), Options, new CollectingSink()));
    }

    [Fact]
    public void A_run_of_a_disposed_engine_says_so()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        var engine = Open();
        var loaded = engine.Load(model);
        var run = loaded.Start(Samples.Picture(20, 20), Options, new CollectingSink());
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Step());
        Assert.Throws<ObjectDisposedException>(() => loaded.Start(Samples.Picture(2, 2), Options, new CollectingSink()));
        Assert.Throws<ObjectDisposedException>(() => engine.Load(model));
        run.Dispose();
        loaded.Dispose();
    }

    [Fact]
    public void A_run_whose_sink_has_failed_never_says_that_it_is_done()
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var engine = Open();
        using var loaded = engine.Load(model);
        using var run = loaded.Start(Samples.Picture(20, 20), Options, new FullDisk());
        Assert.Throws<IOException>(() =>
        {
            while (run.Step() < 1) { }
        });
        Assert.Throws<InvalidOperationException>(() => run.Step());
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Step());
    }

    [Fact]
    public void A_budget_that_is_too_small_is_refused_with_one_that_does()
    {
        using var model = ModelFile.Open(Oracle.Make(Samples.Net(4, 32, 4, 16)));
        using var engine = Open();
        using var loaded = engine.Load(model);
        var picture = Samples.Picture(3000, 300);
        var error = Assert.Throws<DoesNotFitException>(() => loaded.Start(picture, Options with { MemoryBytes = 100 << 20 }, new CollectingSink()));
        Assert.Contains("--memory", error.Message, StringComparison.Ordinal);
        using var run = loaded.Start(picture, Options with { MemoryBytes = error.RequiredBytes }, new CollectingSink());
        Assert.InRange(run.Step(), 0, 1);
    }

    private sealed class FullDisk : IRowSink
    {
        public void Begin(int width, int height, int channels) { }

        public void Write(ReadOnlySpan<float> rows, int count) => throw new IOException("the disk is full");

        public void Complete() => Assert.Fail("a failed sink is not completed");

        public void Dispose() { }
    }
}
