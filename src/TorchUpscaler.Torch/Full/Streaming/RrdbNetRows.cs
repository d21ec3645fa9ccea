using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>RRDBNet at work on one picture: a trunk at the size of the feature maps, and a tail in which rows are doubled.</summary>
internal sealed class RrdbNetRows : IStreamedLayers
{
    private readonly RrdbNet _network;
    private readonly SweepPlan _plan;
    private readonly PictureRows _picture;
    private readonly RowConvolution _convolution;
    private readonly RowWindow _input, _first, _features;
    private readonly List<RrdbRows> _blocks = [];
    private readonly RrdbTailRows _tail;

    /// <param name="network">The network.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="plan">How the picture streams.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="output">Takes the result's next rows, <c>[1, channels, …]</c>.</param>
    public RrdbNetRows(RrdbNet network, RrdbNetShape shape, SweepPlan plan, PictureRows picture, Action<Tensor> output)
    {
        (_network, _plan, _picture) = (network, plan, picture);
        var axis = plan.Axis;
        _convolution = new RowConvolution(axis);
        (_input, _first, _features) = (new RowWindow(axis), new RowWindow(axis), new RowWindow(axis));
        foreach (var block in network.body) _blocks.Add(new RrdbRows(block, plan, 1 + (_blocks.Count * 3 * SweepMemory.DenseLag)));
        _tail = new RrdbTailRows(network, plan, shape.UpConvolutions, output);
    }

    /// <inheritdoc/>
    public IEnumerable<long> Advance(int pass)
    {
        foreach (var cost in First(pass)) yield return cost;
        for (var i = 0; i < _blocks.Count; i++)
        {
            Action<Tensor> next = i + 1 < _blocks.Count ? _blocks[i + 1].Take : _features.Append;
            foreach (var cost in _blocks[i].Advance(pass, next)) yield return cost;
        }
        foreach (var cost in Body(pass)) yield return cost;
        foreach (var cost in _tail.Advance()) yield return cost;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var window in (RowWindow[])[_input, _first, _features]) window.Dispose();
        foreach (var block in _blocks) block.Dispose();
        _tail.Dispose();
    }

    private IEnumerable<long> First(int pass)
    {
        var (from, to, first, end) = (_input.End, _plan.EndOf(pass, 0), _first.End, _plan.EndOf(pass, 1));
        if (to > from)
        {
            yield return 0;
            using var scope = NewDisposeScope();
            _input.Append(_picture.Read(from, to));
        }
        if (end <= first) yield break;
        yield return Cost.Of(_network.conv_first) * (end - first) * _plan.Columns;
        using (NewDisposeScope())
        {
            var rows = _convolution.Rows(_network.conv_first, [_input], first, end, _plan.Rows);
            _first.Append(rows);
            _blocks[0].Take(rows);
            _input.Drop(end - 1);
        }
    }

    // conv_body, and the long skip over the trunk.
    private IEnumerable<long> Body(int pass)
    {
        var (first, end) = (_tail.Input.End, _plan.EndOf(pass, _plan.Lag));
        if (end <= first) yield break;
        yield return Cost.Of(_network.conv_body) * (end - first) * _plan.Columns;
        using (NewDisposeScope())
        {
            _tail.Input.Append(_convolution.Rows(_network.conv_body, [_features], first, end, _plan.Rows).add_(_first.Rows(first, end)));
            _features.Drop(end - 1);
            _first.Drop(end);
        }
    }
}
