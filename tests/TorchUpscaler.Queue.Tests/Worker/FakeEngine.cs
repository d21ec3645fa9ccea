using Microsoft.Extensions.Time.Testing;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>One step of a run, as it was made.</summary>
/// <param name="Name">The picture.</param>
/// <param name="At">When it began, in seconds of the simulation.</param>
/// <param name="IsFirst">Whether the run began with it.</param>
internal sealed record Step(string Name, double At, bool IsFirst);

/// <summary>What happens in a simulation, shared by all the engines that a worker opens in it.</summary>
internal sealed class FakeWork(FakeTimeProvider clock)
{
    /// <summary>Seconds that a step takes.</summary>
    internal const double StepSeconds = 0.2;

    private readonly DateTimeOffset _began = clock.GetUtcNow();

    /// <summary>Seconds that a megapixel takes.</summary>
    internal double SecondsPerMegapixel { get; init; } = 10_000;

    /// <summary>Memory that a run holds for each pixel of its picture, in bytes.</summary>
    internal long BytesPerPixel { get; init; }

    /// <summary>Memory that all runs hold now, in bytes.</summary>
    internal long BytesHeld { get; set; }

    /// <summary>The steps that were made.</summary>
    internal List<Step> Steps { get; } = [];

    /// <summary>The budgets that runs were started with, by picture.</summary>
    internal List<(string Name, long Memory, string Engine)> Starts { get; } = [];

    /// <summary>What was loaded (+) and given out of memory (-), in order.</summary>
    internal List<string> Models { get; } = [];

    /// <summary>Called before each step with the picture's name; may submit, cancel, or throw what an engine would.</summary>
    internal Action<string> BeforeStep { get; set; } = _ => { };

    /// <summary>Seconds since the simulation began.</summary>
    internal double Now => (clock.GetUtcNow() - _began).TotalSeconds;

    internal void Pass(double seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));
}

/// <summary>Takes simulated time and real rows: what the worker, the codec and the store see is what an engine would show them.</summary>
internal sealed class FakeEngine(FakeWork work, string name) : IUpscaleEngine
{
    public ILoadedModel Load(ModelFile model)
    {
        work.Models.Add("+" + model.Name);
        return new Loaded(work, name, model.Name, model.Network);
    }

    public void Dispose()
    {
        // Runs end by themselves.
    }

    private sealed class Loaded(FakeWork work, string engine, string model, NetworkShape network) : ILoadedModel
    {
        public NetworkShape Network => network;

        public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
        {
            var bytes = work.BytesPerPixel * input.Width * input.Height;
            if (work.BytesHeld + bytes > options.MemoryBytes) throw new DoesNotFitException(work.BytesHeld + bytes, options.MemoryBytes);
            work.Starts.Add((FakeCodec.NameOf(input), options.MemoryBytes, engine));
            return new Run(work, input, bytes, network.Scale, output);
        }

        public void Dispose() => work.Models.Add("-" + model);
    }

    private sealed class Run : IUpscaleRun
    {
        private readonly FakeWork _work;
        private readonly Picture _input;
        private readonly long _bytes;
        private readonly int _scale;
        private readonly IRowSink _output;
        private readonly double _seconds;
        private double _done;
        private bool _isDisposed;

        public Run(FakeWork work, Picture input, long bytes, int scale, IRowSink output)
        {
            (_work, _input, _bytes, _scale, _output) = (work, input, bytes, scale, output);
            _seconds = input.Width * (double)input.Height / 1e6 * work.SecondsPerMegapixel;
            work.BytesHeld += bytes;
        }

        public double Step()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var name = FakeCodec.NameOf(_input);
            _work.BeforeStep(name);
            _work.Steps.Add(new Step(name, _work.Now, _done == 0));
            var step = Math.Min(FakeWork.StepSeconds, _seconds - _done);
            _work.Pass(step);
            _done += step;
            if (_done < _seconds - 1e-9) return Math.Min(_done / _seconds, 0.9999);
            WriteRows();
            return 1;
        }

        public void Dispose()
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _work.BytesHeld -= _bytes;
        }

        private void WriteRows()
        {
            var (width, height) = (_input.Width * _scale, _input.Height * _scale);
            _output.Begin(width, height, 3);
            var row = new float[width * 3];
            for (var y = 0; y < height; y++) _output.Write(row, 1);
            _output.Complete();
        }
    }
}
