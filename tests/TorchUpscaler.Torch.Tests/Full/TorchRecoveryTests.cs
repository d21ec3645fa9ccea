using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Torch.Full;

namespace TorchUpscaler.Torch.Tests.Full;

/// <summary>What the engine does where a device fails it, and that nothing is left behind.</summary>
[Collection(nameof(Alone))]
public class TorchRecoveryTests
{
    private static readonly RrdbNetShape s_shape = Samples.Net(4, blocks: 2);

    [Fact]
    public void Out_of_memory_in_the_middle_leads_to_smaller_bands_and_the_same_picture()
    {
        List<string> notices = [];
        var picture = Samples.Picture(90, 120);
        using var engine = new TorchEngine(new TorchOptions { Notice = notices.Add });
        var values = Run(engine, picture, new FailingSink(failures: 2));
        Exactness.Holds(Oracle.Upscale(Oracle.Make(s_shape), s_shape, picture), values, "after two failures");
        Assert.Equal(2, notices.Count);
        Assert.All(notices, notice => Assert.Contains("out of memory with bands of", notice, StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_that_is_always_out_of_memory_hands_the_picture_to_the_other_engine()
    {
        List<string> notices = [];
        var picture = Samples.Picture(90, 120);
        var sink = new FailingSink(failures: 40, rowsBetween: 10);
        using var engine = new TorchEngine(new TorchOptions { Fallback = OpenOther, Notice = notices.Add });
        var values = Run(engine, picture, sink);
        Exactness.Holds(Oracle.Upscale(Oracle.Make(s_shape), s_shape, picture), values, "by the CPU engine");
        Assert.Contains("the CPU engine makes the picture", notices[^1], StringComparison.Ordinal);

        CpuEngine OpenOther()
        {
            sink.Heal();
            return new CpuEngine();
        }
    }

    [Fact]
    public void Without_another_engine_it_is_refused_in_a_sentence()
    {
        using var engine = new TorchEngine(new TorchOptions());
        var error = Assert.Throws<InputException>(() => Run(engine, Samples.Picture(90, 120), new FailingSink(failures: 40)));
        Assert.Contains("use --engine cpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_faults_of_a_device_are_no_lack_of_memory()
    {
        using var engine = new TorchEngine(new TorchOptions());
        Assert.Throws<DeviceLostException>(() => Run(engine, Samples.Picture(20, 20), new FailingSink(failures: 1, message: "CUDA error: unspecified launch failure")));
        Assert.Throws<InvalidOperationException>(() => Run(engine, Samples.Picture(20, 20), new FailingSink(failures: 1, message: "expected 4 dimensions")));
    }

    [Fact]
    public void Half_precision_is_refused_where_there_is_no_card()
    {
        using var engine = new TorchEngine(new TorchOptions());
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var loaded = engine.Load(model);
        var error = Assert.Throws<InputException>(() => loaded.Start(Samples.Picture(4, 4), new RunOptions { Precision = Precision.Float16 }, new CollectingSink()));
        Assert.Contains("--precision", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_is_not_there_is_refused_in_a_sentence()
    {
        var error = Assert.Throws<InputException>(() => new TorchEngine(new TorchOptions { Device = new TorchDevice(IsCuda: true, 63) }));
        Assert.Contains("--engine cpu", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Another_thread_may_not_use_an_engine()
    {
        var engine = await Task.Factory.StartNew(() => new TorchEngine(new TorchOptions()), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        Assert.Throws<InvalidOperationException>(() => engine.Load(model));
        engine.Dispose();
    }

    [Fact]
    public void No_tensor_is_left_after_many_pictures() => CheckThatNothingIsLeft(50);

    [Fact]
    [Trait("Length", "Long")]
    public void No_tensor_is_left_after_a_thousand_pictures() => CheckThatNothingIsLeft(1000);

    private static void CheckThatNothingIsLeft(int pictures)
    {
        using var engine = new TorchEngine(new TorchOptions());
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var loaded = engine.Load(model);
        Run(loaded, Samples.Picture(12, 12), new CollectingSink());
        var (tensors, resident) = (TorchSharp.torch.Tensor.TotalCount, 0L);
        for (var i = 0; i < pictures; i++)
        {
            Run(loaded, Samples.Picture(12, 12, seed: i), new CollectingSink());
            using (var dropped = loaded.Start(Samples.Picture(30, 40), new RunOptions(), new CollectingSink())) _ = dropped.Step();
            if (i == pictures / 10) resident = ProcessMemory.ResidentBytes();
        }
        Assert.Equal(tensors, TorchSharp.torch.Tensor.TotalCount);
        Assert.InRange(ProcessMemory.ResidentBytes() - resident, long.MinValue, 64L << 20);
    }

    private static float[] Run(TorchEngine engine, Picture picture, FailingSink sink)
    {
        using var model = ModelFile.Open(Oracle.Make(s_shape));
        using var loaded = engine.Load(model);
        return Run(loaded, picture, sink.Inner, sink);
    }

    private static float[] Run(ILoadedModel loaded, Picture picture, CollectingSink sink, IRowSink? before = null)
    {
        using var run = loaded.Start(picture, new RunOptions { Threads = 2 }, before ?? sink);
        Samples.Finish(run, sink);
        return sink.Values;
    }

    /// <summary>Fails as a device does, after some rows each time; the sink is the one place of a run that a test can stand in.</summary>
    private sealed class FailingSink(int failures, int rowsBetween = 70, string message = "CUDA out of memory. Tried to allocate 20.00 MiB") : IRowSink
    {
        private int _failures = failures;
        private int _rows;

        public CollectingSink Inner { get; } = new();

        public void Heal() => _failures = 0;

        public void Begin(int width, int height, int channels) => Inner.Begin(width, height, channels);

        public void Write(ReadOnlySpan<float> rows, int count)
        {
            if (_failures > 0 && (_rows += count) > rowsBetween)
            {
                _failures--;
                _rows = 0;
                throw new DeviceException(message);
            }
            Inner.Write(rows, count);
        }

        public void Complete() => Inner.Complete();

        public void Dispose() { }
    }
}

/// <summary>Tests that count the process's tensors, while no others make any.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
