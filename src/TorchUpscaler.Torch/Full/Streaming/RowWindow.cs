using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>The rows of one layer's result that others still need. Its tensors outlive the dispose scopes in which they are made.</summary>
/// <param name="axis">The tensors' dimension along which rows are counted: 2, or 3 where the sweep goes sideways.</param>
internal sealed class RowWindow(int axis) : IDisposable
{
    private Tensor? _rows; // [1, channels, …]: rows [First, End)

    /// <summary>The dimension along which rows are counted.</summary>
    public int Axis => axis;

    /// <summary>The first row that is here.</summary>
    public int First { get; private set; }

    /// <summary>The row behind the last one: as many as the layer has computed.</summary>
    public int End { get; private set; }

    /// <summary>Takes the next rows.</summary>
    public void Append(Tensor rows)
    {
        var joined = _rows is null ? rows.alias() : cat([_rows, rows], axis);
        End += (int)rows.shape[axis];
        Replace(joined);
    }

    /// <summary>Rows [first, end), a view.</summary>
    public Tensor Rows(int first, int end)
    {
        if (_rows is null || first < First || end > End) throw new InvalidOperationException($"rows {first} to {end} are not among {First} to {End}");
        return _rows.narrow(axis, first - First, end - first);
    }

    /// <summary>Forgets the rows above one, so that their memory is free.</summary>
    public void Drop(int before)
    {
        before = Math.Clamp(before, First, End);
        if (before == First) return;
        var kept = before == End ? null : Rows(before, End).clone();
        First = before;
        Replace(kept);
    }

    /// <inheritdoc/>
    public void Dispose() => Replace(null);

    private void Replace(Tensor? rows)
    {
        _rows?.Dispose();
        _rows = rows?.DetachFromDisposeScope();
    }
}
