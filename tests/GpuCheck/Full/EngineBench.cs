using System.Diagnostics;
using TorchUpscaler.Benchmarks.Engine;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Torch;
using TorchUpscaler.Torch.Full;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>The Torch engine with a model, run again and again, and what it takes of the card.</summary>
internal sealed class EngineBench : IDisposable
{
    private readonly TorchEngine _engine;
    private readonly LoadedTorchModel _model;
    private readonly CardMeter _meter;
    private readonly List<string> _notices = [];

    /// <param name="device">Where it computes.</param>
    /// <param name="file">The model.</param>
    /// <param name="meter">Looks at the card.</param>
    /// <param name="cardBytes">Bytes that it may take of the card; null: what it takes by itself.</param>
    public EngineBench(TorchDevice device, ModelFile file, CardMeter meter, long? cardBytes = null)
    {
        _meter = meter;
        _engine = new TorchEngine(new TorchOptions
        {
            Device = device,
            CardBytes = cardBytes,
            Notice = _notices.Add,
            Fallback = () =>
            {
                HasFallenBack = true;
                return new CpuEngine();
            },
        });
        meter.Open();
        BudgetBytes = _engine.AvailableBytes(new RunOptions());
        _model = (LoadedTorchModel)_engine.Load(file);
    }

    /// <summary>The engine, for people.</summary>
    public string Description => _engine.Description;

    /// <summary>Whether a picture has been made by the CPU engine.</summary>
    public bool HasFallenBack { get; private set; }

    /// <summary>Bytes of the card that it could plan with when it was opened.</summary>
    public long BudgetBytes { get; }

    /// <summary>Bytes that the last run had planned at most.</summary>
    public long PlannedBytes { get; private set; }

    /// <summary>Makes a picture.</summary>
    /// <returns>The result, <c>[height][width][3]</c>.</returns>
    public float[] Run(Picture picture, RunOptions options, out IReadOnlyList<string> notices)
    {
        _notices.Clear();
        PlannedBytes = 0;
        var samples = Run(_model, picture, options, Look);
        notices = [.. _notices];
        return samples;
    }

    /// <summary>Room enough: the memory of the processor is not what is checked.</summary>
    public static RunOptions OptionsOf(Precision precision) => new() { Precision = precision, MemoryBytes = 16L << 30 };

    /// <summary>So little memory on the processor that a picture fits only if it is swept from left to right. (A card's is bounded by the engine.)</summary>
    public RunOptions SidewaysOptionsOf(Picture picture, Precision precision)
    {
        var options = OptionsOf(precision);
        var missing = (LeastUprightBytes(picture, precision) * 2 / 3) - _engine.AvailableBytes(options);
        return options with { MemoryBytes = options.MemoryBytes + missing };
    }

    /// <summary>Bytes that a picture takes at least where it is swept from top to bottom.</summary>
    public long LeastUprightBytes(Picture picture, Precision precision) =>
        _model.Planner.Plans(picture.Width, picture.Height).Where(plan => !plan.IsSideways).Min(plan => _model.BytesOf(plan, _model.TypeOf(precision), picture));

    /// <summary>Makes a picture by any engine.</summary>
    public static float[] Run(ILoadedModel model, Picture picture, RunOptions options) => Run(model, picture, options, () => { });

    /// <summary>Seconds that a picture takes, from its bytes to the result's rows.</summary>
    public double Time(Picture picture, Precision precision)
    {
        var sink = MemorySink.For(null, picture.Width * _model.Network.Scale, picture.Height * _model.Network.Scale);
        GC.Collect();
        var clock = Stopwatch.StartNew();
        using (var run = _model.Start(picture, OptionsOf(precision), sink))
            while (run.Step() < 1) { }
        return clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        _model.Dispose();
        _engine.Dispose();
    }

    private static float[] Run(ILoadedModel model, Picture picture, RunOptions options, Action look)
    {
        var (width, height) = (picture.Width * model.Network.Scale, picture.Height * model.Network.Scale);
        var sink = MemorySink.For(null, width, height);
        using (var run = model.Start(picture, options, sink))
        {
            look();
            while (run.Step() < 1) look();
        }
        look();
        return sink.Row(0, 0, width * height).ToArray();
    }

    private void Look()
    {
        PlannedBytes = Math.Max(PlannedBytes, _engine.PromisedBytes);
        _meter.Look(PlannedBytes + _model.WeightBytes);
    }
}
