using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu;

/// <summary>One picture on its way through RRDBNet, band by band as <see cref="RunPlan"/> says.</summary>
internal sealed class RrdbRun : IUpscaleRun
{
    /// <summary>Time that a step aims at; the contract allows 0.25 s.</summary>
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(0.15);

    private readonly Convolver _convolver;
    private readonly RrdbTrunk _trunk;
    private readonly RrdbTail _tail;
    private readonly RunPlan _plan;
    private readonly IRowSink _output;
    private readonly IEnumerator<long> _work;
    private readonly double _totalCost;
    private double _doneCost;
    private long _nextCost;       // of the piece that _work does when it is moved on
    private double _secondsPerCost;
    private bool _finished;

    public RrdbRun(RrdbNetShape shape, RrdbWeights weights, Picture input, RunPlan plan, Convolver convolver, IRowSink output)
    {
        _convolver = convolver;
        _plan = plan;
        _output = output;
        _trunk = new RrdbTrunk(shape, weights, new InputRows(input, shape.InputChannels, shape.Unshuffle), plan, convolver);
        _tail = new RrdbTail(shape, weights, plan, convolver, _trunk, output, input.Width * shape.Scale, input.Height * shape.Scale);
        _totalCost = RrdbCost.PerTrunkPixel(weights) * plan.Columns * (double)plan.Rows;
        _work = Work().GetEnumerator();
    }

    public double Step()
    {
        if (_finished) return 1;
        var clock = Stopwatch.StartNew();
        do
        {
            var before = clock.Elapsed;
            var cost = _nextCost;
            if (!_work.MoveNext())
            {
                _finished = true;
                return 1;
            }

            _nextCost = _work.Current;
            _doneCost += cost;
            if (cost > 0) _secondsPerCost = (clock.Elapsed - before).TotalSeconds / cost;
        }
        while (clock.Elapsed.TotalSeconds + _nextCost * _secondsPerCost < StepTime.TotalSeconds);
        return Math.Min(_doneCost / _totalCost, 0.9999); // 1 is said when the sink has been completed
    }

    public void Dispose()
    {
        _work.Dispose();
        _trunk.Dispose();
        _tail.Dispose();
        _convolver.Dispose();
    }

    private IEnumerable<long> Work()
    {
        _tail.Begin();
        for (var pass = 0; pass < _plan.Passes; pass++)
        {
            foreach (var cost in _trunk.Advance(pass)) yield return cost;
            foreach (var cost in _tail.Advance(pass)) yield return cost;
        }

        _output.Complete();
    }
}
