using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;
using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>SRVGGNetCompact at work on one picture: a chain of convolutions, each with its PReLU, then the pixel-shuffle.</summary>
internal sealed class CompactRows : IStreamedLayers
{
    private readonly SrvggNetCompact _network;
    private readonly SweepPlan _plan;
    private readonly PictureRows _picture;
    private readonly Action<Tensor> _output;
    private readonly RowConvolution _convolution;
    private readonly RowWindow _enlarged;       // the picture, until the last convolution has come as far
    private readonly RowWindow[] _inputs;       // of each convolution
    private readonly Conv2d[] _convolutions;
    private int _end;                           // rows that the last one has made

    /// <param name="network">The network.</param>
    /// <param name="plan">How the picture streams.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="output">Takes the result's next rows, <c>[1, channels, …]</c>.</param>
    public CompactRows(SrvggNetCompact network, SweepPlan plan, PictureRows picture, Action<Tensor> output)
    {
        (_network, _plan, _picture, _output) = (network, plan, picture, output);
        var axis = plan.Axis;
        _convolution = new RowConvolution(axis);
        _convolutions = [.. network.body.OfType<Conv2d>()];
        _enlarged = new RowWindow(axis);
        _inputs = [.. _convolutions.Select(_ => new RowWindow(axis))];
    }

    /// <inheritdoc/>
    public IEnumerable<long> Advance(int pass)
    {
        var (from, to) = (_inputs[0].End, _plan.EndOf(pass, 0));
        if (to > from)
        {
            yield return 0;
            using var scope = NewDisposeScope();
            var rows = _picture.Read(from, to);
            _inputs[0].Append(rows);
            _enlarged.Append(rows);
        }

        for (var i = 0; i < _convolutions.Length - 1; i++)
        {
            var (first, end) = (_inputs[i + 1].End, _plan.EndOf(pass, i + 1));
            if (end <= first) continue;
            yield return Cost.Of(_convolutions[i]) * (end - first) * _plan.Columns;
            using var scope = NewDisposeScope();
            var rows = _convolution.Rows(_convolutions[i], [_inputs[i]], first, end, _plan.Rows);
            _inputs[i].Drop(end - 1);
            _inputs[i + 1].Append(_network.body[(2 * i) + 1].forward(rows));
        }
        foreach (var cost in Last(_plan.EndOf(pass, _convolutions.Length))) yield return cost;
    }

    // The result is much larger than the features: it is made a slice at a time.
    private IEnumerable<long> Last(int bandEnd)
    {
        while (_end < bandEnd)
        {
            var end = Math.Min(bandEnd, _end + _plan.TailRows);
            yield return Cost.Of(_convolutions[^1]) * (end - _end) * _plan.Columns;
            using var scope = NewDisposeScope();
            var rows = _convolution.Rows(_convolutions[^1], [_inputs[^1]], _end, end, _plan.Rows);
            _output(_network.Shuffle(rows, _enlarged.Rows(_end, end)));
            _inputs[^1].Drop(end - 1);
            _enlarged.Drop(end);
            _end = end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _enlarged.Dispose();
        foreach (var window in _inputs) window.Dispose();
    }
}
