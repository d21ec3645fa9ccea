using System.Diagnostics;
using TorchUpscaler.Benchmarks.Engine;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Torch;
using TorchUpscaler.Torch.Cuda;
using TorchUpscaler.Torch.Full;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>The Torch engine with a model, run again and again, and what it takes of the card.</summary>
internal sealed class EngineBench : IDisposable
{
    private readonly TorchDevice _device;
    private readonly TorchEngine _engine;
    private readonly ILoadedModel _model;
    private readonly List<string> _notices = [];
    private readonly long? _freeAtFirst; // bytes of the card, with CUDA itself on it

    public EngineBench(TorchDevice device, ModelFile file)
    {
        _device = device;
        _engine = new TorchEngine(new TorchOptions
        {
            Device = device,
            Notice = _notices.Add,
            Fallback = () =>
            {
                HasFallenBack = true;
                return new CpuEngine();
            },
        });
        _freeAtFirst = Free();
        _model = _engine.Load(file);
    }

    /// <summary>The engine, for people.</summary>
    public string Description => _engine.Description;

    /// <summary>Whether a picture has been made by the CPU engine.</summary>
    public bool HasFallenBack { get; private set; }

    /// <summary>Bytes that have been taken of the card at most, or null on the processor.</summary>
    public long? MostBytes { get; private set; }

    /// <summary>Makes a picture.</summary>
    /// <returns>The result, <c>[height][width][3]</c>.</returns>
    public float[] Run(Picture picture, Precision precision, out IReadOnlyList<string> notices)
    {
        _notices.Clear();
        var samples = Run(_model, picture, OptionsOf(precision), Look);
        notices = [.. _notices];
        return samples;
    }

    /// <summary>Room enough: the memory of the processor is not what is checked.</summary>
    public static RunOptions OptionsOf(Precision precision) => new() { Precision = precision, MemoryBytes = 16L << 30 };

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
            while (run.Step() < 1) look();
        look();
        return sink.Row(0, 0, width * height).ToArray();
    }

    // libtorch keeps what it has had, so that looking between steps is enough.
    private void Look()
    {
        if (_freeAtFirst - Free() is { } taken) MostBytes = Math.Max(MostBytes ?? 0, taken);
    }

    private long? Free() => _device.IsCuda ? NvidiaDriver.FreeBytes(_device.Index) : null;
}
