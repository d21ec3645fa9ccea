using System.Runtime.InteropServices;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Full.Streaming;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>One attempt at a picture, with one plan and in one precision.</summary>
internal sealed class TorchAttempt : IDisposable
{
    private readonly LoadedTorchModel _model;
    private readonly Picture _input;
    private readonly RunOptions _options;
    private readonly IRowSink _output;
    private readonly ResultGuard _guard;
    private readonly SteppedWork _work;
    private readonly int _length, _across; // the result's rows along the sweep, and its pixels across
    private IStreamedLayers? _layers;
    private ColumnSpool? _spool;           // where the sweep goes sideways
    private int _done;                     // rows of the result

    /// <param name="model">The model.</param>
    /// <param name="input">The picture.</param>
    /// <param name="plan">How it streams.</param>
    /// <param name="type">Precision.</param>
    /// <param name="options">Where a spool goes.</param>
    /// <param name="output">Takes the result's rows.</param>
    public TorchAttempt(LoadedTorchModel model, Picture input, SweepPlan plan, ScalarType type, RunOptions options, IRowSink output)
    {
        (_model, _input, Plan, Type, _options, _output) = (model, input, plan, type, options, output);
        _guard = new ResultGuard(input);
        PlannedBytes = model.BytesOf(plan, type, input);
        var shape = model.Network;
        (_across, _length) = (input.Width * shape.Scale, input.Height * shape.Scale);
        if (plan.IsSideways) (_across, _length) = (_length, _across);
        var unshuffle = shape is RrdbNetShape rrdb ? rrdb.Unshuffle : 1;
        var cost = NetworkCost.PerPixel(shape) * unshuffle * unshuffle * plan.Columns * plan.Rows;
        _work = new SteppedWork(Work(), cost, model.Engine.Device.IsCuda ? model.Engine.Settle : null);
    }

    /// <summary>How the picture streams.</summary>
    public SweepPlan Plan { get; }

    /// <summary>Precision.</summary>
    public ScalarType Type { get; }

    /// <summary>Bytes of the device's memory that it may take.</summary>
    public long PlannedBytes { get; }

    /// <summary>Whether a pass is through, as large as any that follows.</summary>
    public bool HasBeenAtItsLargest { get; private set; }

    /// <summary>Whether there is more to do.</summary>
    public bool IsRunning => _work.IsRunning;

    /// <summary>As <see cref="IUpscaleRun.Step"/>.</summary>
    /// <exception cref="ImplausibleResultException">Half precision does not do for this picture.</exception>
    public double Step()
    {
        using var mode = inference_mode();
        return _work.Step();
    }

    public void Dispose()
    {
        _work.Dispose();
        _layers?.Dispose();
        _spool?.Dispose();
    }

    private IEnumerable<long> Work()
    {
        var (width, height, channels) = (_input.Width * _model.Network.Scale, _input.Height * _model.Network.Scale, _model.Network.OutputChannels);
        if (Plan.IsSideways) _spool = new ColumnSpool(_options.TemporaryFolder);
        (_spool ?? _output).Begin(_across, _length, channels);
        _layers = Open();
        for (var pass = 0; pass < Plan.Passes; pass++)
        {
            foreach (var cost in _layers.Advance(pass)) yield return cost;
            HasBeenAtItsLargest = pass > 0; // what is carried has come to its full size, too
        }

        if (_spool is not null)
        {
            _spool.Complete();
            _output.Begin(width, height, channels);
            for (var row = 0; row < height;)
            {
                yield return 0;
                row = _spool.Replay(row, _output);
            }
        }
        _output.Complete();
    }

    private IStreamedLayers Open()
    {
        var picture = new PictureRows(_input, _model.Network, Plan, _model.Engine.Torch, Type);
        return (_model.NetworkOf(Type), _model.Network) switch
        {
            (RrdbNet network, RrdbNetShape shape) => new RrdbNetRows(network, shape, Plan, picture, Emit),
            (SrvggNetCompact network, _) => new CompactRows(network, Plan, picture, Emit),
            var (network, _) => throw new InvalidOperationException($"{network.GetName()} cannot be streamed"),
        };
    }

    /// <summary>Hands rows of the result on, <c>[1, channels, rows, columns]</c>, or columns where the sweep goes sideways.</summary>
    private void Emit(Tensor rows)
    {
        var interleaved = Plan.IsSideways ? rows.permute(0, 3, 2, 1) : rows.permute(0, 2, 3, 1);
        // What the network has made of padding is cut off.
        var count = (int)Math.Min(interleaved.shape[1], _length - _done);
        if (count <= 0) return;
        var values = interleaved.narrow(1, 0, count).narrow(2, 0, _across).to(ScalarType.Float32).contiguous().cpu();
        var samples = MemoryMarshal.Cast<byte, float>(values.bytes);
        Check(samples, count);
        (_spool ?? _output).Write(samples, count);
        _done += count;
    }

    private void Check(ReadOnlySpan<float> samples, int count)
    {
        var isFinite = ResultGuard.IsFinite(samples);
        if (Type == ScalarType.Float32)
        {
            if (!isFinite) throw WeightsException.ResultIsNotFinite();
            return;
        }
        var scale = _model.Network.Scale;
        var (first, rows) = (_done / scale, (count + scale - 1) / scale);
        var isFlat = Plan.IsSideways
            ? _guard.IsImplausiblyFlat(samples, _model.Network.OutputChannels, first, 0, rows, _input.Height)
            : _guard.IsImplausiblyFlat(samples, _model.Network.OutputChannels, 0, first, _input.Width, rows);
        if (!isFinite || isFlat) throw new ImplausibleResultException();
    }
}
