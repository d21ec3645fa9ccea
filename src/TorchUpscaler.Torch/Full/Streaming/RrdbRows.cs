using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>A residual in residual dense block at work on one picture.</summary>
internal sealed class RrdbRows : IDisposable
{
    private readonly DenseBlockRows[] _blocks;
    private readonly RowWindow _skip; // the input, until it is added to what the dense blocks make of it

    /// <param name="rrdb">The block.</param>
    /// <param name="plan">How the picture streams.</param>
    /// <param name="lag">Rows that the block's input lags behind the picture.</param>
    public RrdbRows(Rrdb rrdb, SweepPlan plan, int lag)
    {
        _blocks = [.. rrdb.DenseBlocks.Select((block, i) => new DenseBlockRows(block, plan, lag + (i * SweepMemory.DenseLag)))];
        _skip = new RowWindow(plan.Axis);
    }

    /// <summary>Takes the next rows of the input.</summary>
    public void Take(Tensor rows)
    {
        _skip.Append(rows);
        _blocks[0].Input.Append(rows);
    }

    /// <summary>Does a pass.</summary>
    /// <param name="pass">Its number.</param>
    /// <param name="output">Takes the block's next rows.</param>
    public IEnumerable<long> Advance(int pass, Action<Tensor> output)
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            Action<Tensor> next = i + 1 < _blocks.Length ? _blocks[i + 1].Input.Append : rows => output(Added(rows));
            foreach (var cost in _blocks[i].Advance(pass, next)) yield return cost;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _skip.Dispose();
        foreach (var block in _blocks) block.Dispose();
    }

    private Tensor Added(Tensor rows)
    {
        var end = _skip.First + (int)rows.shape[_skip.Axis];
        var sum = rows.mul_(ResidualDenseBlock.ResidualScaling).add_(_skip.Rows(_skip.First, end));
        _skip.Drop(end);
        return sum;
    }
}
