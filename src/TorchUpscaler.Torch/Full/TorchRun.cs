using TorchUpscaler.Core;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>
/// One picture on its way through a network on a device. Where memory runs out, it begins anew with smaller bands, or is handed to another
/// engine; where half precision yields what no network makes, it begins anew in single precision. What the sink has by then, it keeps.
/// </summary>
internal sealed class TorchRun : IUpscaleRun
{
    private const double Smaller = 0.6; // bytes of the next try over those of one that did not fit

    private readonly LoadedTorchModel _model;
    private readonly Picture _input;
    private readonly RunOptions _options;
    private readonly ResumableSink _output;
    private TorchAttempt _attempt;
    private IUpscaleRun? _fallback;
    private bool _isWhole;
    private double _furthest; // share done, which a new attempt does not take back
    private bool _isDisposed;

    /// <param name="model">The model, which stays until the run is disposed.</param>
    /// <param name="input">The picture.</param>
    /// <param name="plan">How it streams.</param>
    /// <param name="type">Precision.</param>
    /// <param name="options">Threads, and where a spool goes.</param>
    /// <param name="output">Takes the result's rows.</param>
    public TorchRun(LoadedTorchModel model, Picture input, SweepPlan plan, ScalarType type, RunOptions options, IRowSink output)
    {
        (_model, _input, _options) = (model, input, options);
        _output = new ResumableSink(output);
        _attempt = new TorchAttempt(model, input, plan, type, options, _output);
        model.Hold();
        model.Engine.Add(this);
    }

    /// <summary>Bytes of the device's memory that the run may still take: on the processor, beyond what is resident once it has been at its largest.</summary>
    public long PromisedBytes => _fallback is not null || (!_model.Engine.Device.IsCuda && _attempt.HasBeenAtItsLargest) ? 0 : _attempt.PlannedBytes;

    /// <summary>Whether half precision has failed.</summary>
    public bool HasFallenToSingle { get; private set; }

    public double Step()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_attempt.IsRunning) ObjectDisposedException.ThrowIf(_model.Engine.IsDisposed, this);
        _model.Engine.Enter(_options.Threads);
        if (_fallback is not null) return _furthest = Math.Max(_furthest, _fallback.Step());
        try
        {
            _furthest = Math.Max(_furthest, _attempt.Step());
            _isWhole = _furthest == 1;
        }
        catch (ImplausibleResultException)
        {
            HasFallenToSingle = true;
            _model.DistrustHalf();
            _model.Engine.Notice($"half precision gave no picture of {_input.Width}×{_input.Height}: it is made again in single precision");
            UseSinglePrecision();
        }
        catch (Exception error) when (OutOfMemory.Is(error))
        {
            UseLessMemory();
        }
        catch (Exception error) when (DeviceFault.Is(error))
        {
            throw DeviceFault.Of(error, _model.Engine.Device);
        }
        return _furthest;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _attempt.Dispose();
        _fallback?.Dispose();
        _model.Engine.Remove(this, _isWhole);
        _model.Release();
    }

    private void UseSinglePrecision()
    {
        var plan = _attempt.Plan;
        _attempt.Dispose();
        // Its own memory is free again.
        var fitting = _model.Choose(_input, ScalarType.Float32, _model.Engine.AvailableBytes(_options) + PromisedBytes, out _);
        BeginAnew(fitting ?? plan, ScalarType.Float32);
    }

    private void UseLessMemory()
    {
        var failed = _attempt;
        failed.Dispose(); // its memory first
        _model.Engine.LearnFrom(this);
        var plan = _model.Planner.Plans(_input.Width, _input.Height).FirstOrDefault(plan => _model.BytesOf(plan, failed.Type, _input) <= Smaller * failed.PlannedBytes);
        if (plan is null)
        {
            _output.Restart();
            _fallback = _model.StartFallback(_input, _options, _output);
            return;
        }
        _model.Engine.Notice($"{_model.Engine.Device} is out of memory with bands of {failed.Plan.BandRows} rows of {failed.Plan.Columns} pixels: the picture of "
            + $"{_input.Width}×{_input.Height} is made again with {plan.BandRows} of {plan.Columns}");
        BeginAnew(plan, failed.Type);
    }

    private void BeginAnew(SweepPlan plan, ScalarType type)
    {
        _output.Restart();
        _attempt = new TorchAttempt(_model, _input, plan, type, _options, _output);
    }
}
