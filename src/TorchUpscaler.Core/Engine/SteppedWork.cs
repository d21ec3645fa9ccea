using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>
/// Work in pieces whose costs are foreseen, done in steps that take about as long as <see cref="IUpscaleRun.Step"/> may: what the runs
/// of all engines have in common. After a failure it can only be disposed.
/// </summary>
public sealed class SteppedWork : IDisposable
{
    /// <summary>Time that a step aims at; the contract allows 0.25 s.</summary>
    private static readonly TimeSpan s_stepTime = TimeSpan.FromSeconds(0.15);

    private readonly IEnumerator<long> _pieces;
    private readonly double _totalCost;
    private readonly Action? _settle;
    private double _doneCost;
    private long _nextCost; // of the piece that _pieces does when it is moved on
    private double _secondsPerCost;
    private State _state;

    /// <param name="pieces">Does a piece each time it is moved on, and says before what the next one costs, in a unit of its own.</param>
    /// <param name="totalCost">The sum of all pieces' costs.</param>
    /// <param name="settle">
    /// Waits until a device has done what it was asked for, where pieces only ask; null: a piece is done when its call returns.
    /// </param>
    public SteppedWork(IEnumerable<long> pieces, double totalCost, Action? settle = null)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        _pieces = pieces.GetEnumerator();
        (_totalCost, _settle) = (totalCost, settle);
        if (settle is not null) _secondsPerCost = double.PositiveInfinity; // not known: the first step is one piece
    }

    private enum State
    {
        Running,
        Finished,
        Failed,
        Disposed,
    }

    /// <summary>Whether a step has been made.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether there is more to do: no failure, no end.</summary>
    public bool IsRunning => _state == State.Running;

    /// <summary>Does the next pieces.</summary>
    /// <returns>The share of the work that is done; 1 when there is none left, and not before.</returns>
    /// <exception cref="InvalidOperationException">A step has failed before.</exception>
    public double Step()
    {
        if (_state == State.Finished) return 1;
        if (_state == State.Failed) throw new InvalidOperationException("a step of this run has failed before; dispose it and start another one");
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        HasBegun = true;
        try
        {
            return Advance();
        }
        catch
        {
            _state = State.Failed;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state = State.Disposed;
        _pieces.Dispose();
    }

    private double Advance()
    {
        var clock = Stopwatch.StartNew();
        double asked = 0, seconds;
        do
        {
            var before = clock.Elapsed;
            var cost = _nextCost;
            if (!_pieces.MoveNext())
            {
                _settle?.Invoke();
                _state = State.Finished;
                return 1;
            }

            _nextCost = _pieces.Current;
            _doneCost += cost;
            asked += cost;
            if (_settle is null && cost > 0) _secondsPerCost = (clock.Elapsed - before).TotalSeconds / cost;
            // What a device was asked for takes as long as the last step tells, and no less than has passed already.
            seconds = _settle is null ? clock.Elapsed.TotalSeconds : Math.Max(clock.Elapsed.TotalSeconds, asked * _secondsPerCost);
        }
        while (seconds + _nextCost * _secondsPerCost < s_stepTime.TotalSeconds);

        _settle?.Invoke();
        if (_settle is not null && asked > 0) _secondsPerCost = clock.Elapsed.TotalSeconds / asked;
        return Math.Min(_doneCost / _totalCost, 0.9999); // 1 is said when there is no piece left
    }
}
