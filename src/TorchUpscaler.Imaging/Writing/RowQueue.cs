namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// A bounded queue of rows between the thread that computes them and the encoder's threads. The computing side waits
/// while it is full, the encoding side while its row has not come; rows leave in the order of their numbers.
/// </summary>
internal sealed class RowQueue
{
    private const int TargetBytes = 4 << 20;
    private const int FewestRows = 2, MostRows = 256;

    private readonly byte[] _rows; // [_capacity][_rowBytes], a ring
    private readonly int _rowBytes, _capacity;
    private readonly object _gate = new(); // Monitor, for its Wait and PulseAll
    private int _put, _taken; // rows so far
    private bool _closed;

    internal RowQueue(int rowBytes, int height)
    {
        _rowBytes = rowBytes;
        _capacity = Capacity(rowBytes, height);
        _rows = new byte[checked(_capacity * rowBytes)];
    }

    /// <summary>Rows that a queue holds for a picture of this height.</summary>
    internal static int Capacity(int rowBytes, int height) => Math.Min(height, Math.Clamp(TargetBytes / rowBytes, FewestRows, MostRows));

    /// <summary>Whether the queue has been closed: no row goes in or out any more.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (_gate) return _closed;
        }
    }

    /// <summary>Waits for room and returns the next row's place, to be filled before <see cref="Publish"/>; empty once the queue is closed.</summary>
    internal Span<byte> WaitForRoom()
    {
        lock (_gate)
        {
            while (!_closed && _put - _taken == _capacity) Monitor.Wait(_gate);
            return _closed ? default : Slot(_put);
        }
    }

    /// <summary>Hands over the row whose place <see cref="WaitForRoom"/> has returned.</summary>
    internal void Publish()
    {
        lock (_gate)
        {
            _put++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for row <paramref name="y"/> and for its turn, and copies it out. False once the queue is closed.</summary>
    /// <exception cref="InvalidOperationException">The row has been taken before.</exception>
    internal bool Take(int y, Span<byte> row)
    {
        lock (_gate)
        {
            if (y < _taken) throw new InvalidOperationException($"row {y} is asked for a second time");
            while (!_closed && (y != _taken || y >= _put)) Monitor.Wait(_gate);
            if (_closed) return false;
            Slot(y).CopyTo(row);
            _taken++;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends all waiting, on both sides.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private Span<byte> Slot(int y) => _rows.AsSpan(y % _capacity * _rowBytes, _rowBytes);
}
