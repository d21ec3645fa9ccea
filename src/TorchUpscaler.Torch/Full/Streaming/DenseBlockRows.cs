using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>A residual dense block at work on one picture.</summary>
/// <param name="block">The block.</param>
/// <param name="plan">How the picture streams.</param>
/// <param name="lag">Rows that the block's input lags behind the picture.</param>
internal sealed class DenseBlockRows(ResidualDenseBlock block, SweepPlan plan, int lag) : IDisposable
{
    private readonly RowConvolution _convolution = new(plan.Axis);
    private readonly RowWindow[] _windows = [.. Enumerable.Range(0, 5).Select(_ => new RowWindow(plan.Axis))]; // the input, and what has grown
    private int _end; // rows that the block has made

    /// <summary>The block's input, to be filled.</summary>
    public RowWindow Input => _windows[0];

    /// <summary>Does a pass.</summary>
    /// <param name="pass">Its number.</param>
    /// <param name="output">Takes the block's next rows.</param>
    public IEnumerable<long> Advance(int pass, Action<Tensor> output)
    {
        var convolutions = block.Convolutions;
        for (var k = 1; k <= convolutions.Count; k++)
        {
            var convolution = convolutions[k - 1];
            var first = k < _windows.Length ? _windows[k].End : _end;
            var end = plan.EndOf(pass, lag + k);
            if (end <= first) continue;
            yield return Cost.Of(convolution) * (end - first) * plan.Columns;
            using var scope = NewDisposeScope();
            var rows = _convolution.Rows(convolution, _windows[..k], first, end, plan.Rows);
            if (k < _windows.Length)
            {
                _windows[k].Append(nn.functional.leaky_relu(rows, ResidualDenseBlock.NegativeSlope, inplace: true));
                continue;
            }

            output(rows.mul_(ResidualDenseBlock.ResidualScaling).add_(Input.Rows(first, end)));
            _end = end;
            foreach (var window in _windows) window.Drop(end - 1); // the last convolution looks back furthest
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var window in _windows) window.Dispose();
    }
}
