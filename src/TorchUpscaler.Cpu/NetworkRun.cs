using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>One picture on its way through a network, band by band as <see cref="RunPlan"/> says.</summary>
internal sealed class NetworkRun : IUpscaleRun
{
    private readonly LoadedNetwork _model;
    private readonly Arena _arena;
    private readonly IBandLayers _layers;
    private readonly ResultRows _result;
    private readonly RunPlan _plan;
    private readonly IRowSink _output;
    private readonly ColumnSpool? _spool; // where the sweep goes from left to right
    private readonly int _width;
    private readonly int _height;
    private readonly int _channels;
    private readonly SteppedWork _work;
    private bool _isDisposed;

    /// <param name="model">The model, which stays until the run is disposed.</param>
    /// <param name="input">The picture.</param>
    /// <param name="plan">How it streams through.</param>
    /// <param name="options">Threads, and where a spool goes.</param>
    /// <param name="output">Takes the result's rows.</param>
    /// <param name="most">Bytes that the run's buffers may take, should memory be at hand that is larger than they need.</param>
    public NetworkRun(LoadedNetwork model, Picture input, RunPlan plan, RunOptions options, IRowSink output, long most)
    {
        var shape = model.Network;
        _model = model;
        _plan = plan;
        _output = output;
        (_width, _height) = (input.Width * shape.Scale, input.Height * shape.Scale);
        _channels = shape.OutputChannels;
        var team = model.Engine.TeamOf(options.Threads);
        _arena = model.Engine.Rent(plan.BufferBytes() + Convolver.ScratchBytes(options.Threads, model.Convolutions), most);
        try
        {
            var convolver = new Convolver(_arena, ConvolutionKernels.ForThisMachine, team, model.Convolutions);
            if (plan.Transposed) _spool = new ColumnSpool(options.TemporaryFolder);
            var rows = plan.OutputRows * plan.OutputFactor;
            _result = _spool is null
                ? new ResultRows(output, _width, _height, _channels, rows)
                : new ResultRows(_spool, _height, _width, _channels, rows);
            _layers = model.Open(_arena, plan, convolver, new InputRows(input, shape.InputChannels, model.Unshuffle, plan.Transposed), _result);
        }
        catch
        {
            _spool?.Dispose();
            model.Engine.Return(_arena);
            throw;
        }

        model.Hold();
        _work = new SteppedWork(Work(), model.CostPerPixel * plan.Columns * (double)plan.Rows);
    }

    /// <summary>Bytes of the run's buffers.</summary>
    internal long ArenaBytes => _arena.Used;

    public double Step()
    {
        if (_work.IsRunning) ObjectDisposedException.ThrowIf(_model.Engine.IsDisposed, this);
        return _work.Step();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _work.Dispose();
        _spool?.Dispose();
        // What is kept counts as resident when the next run is planned, which fresh pages are not.
        if (_work.HasBegun) _model.Engine.Return(_arena);
        else _arena.Dispose();
        _model.Release();
    }

    private IEnumerable<long> Work()
    {
        _result.Begin();
        for (var pass = 0; pass < _plan.Passes; pass++)
            foreach (var cost in _layers.Advance(pass)) yield return cost;

        if (_spool is not null)
            foreach (var cost in Replay(_spool)) yield return cost;
        _output.Complete();
    }

    /// <summary>Hands the spooled columns on by rows.</summary>
    private IEnumerable<long> Replay(ColumnSpool spool)
    {
        spool.Complete();
        _output.Begin(_width, _height, _channels);
        for (var row = 0; row < _height;)
        {
            yield return 0;
            row = spool.Replay(row, _output);
        }
    }
}
