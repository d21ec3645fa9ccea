using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Compact;

/// <summary>
/// SRVGGNetCompact at work on one picture: a chain of convolutions that go from one window to the other and back, then the
/// pixel-shuffle, and the input, enlarged by nearest neighbour, added to it.
/// </summary>
internal sealed class CompactLayers : IBandLayers
{
    private readonly CompactNetShape _shape;
    private readonly CompactPlan _plan;
    private readonly Convolver _convolver;
    private readonly InputRows _picture;
    private readonly ResultRows _output;
    private readonly PlainRows _input;               // kept until the last layer has come as far
    private readonly TransformedRows _inputPoints;
    private readonly TransformedRows[] _windows;     // the inner layers' outputs, in turn
    private readonly PlainRows _shuffled;            // the last convolution's output
    private readonly IReadOnlyList<PackedConvolution> _convolutions;
    private readonly Carry[] _carries;               // of each layer but the last

    public CompactLayers(
        Arena arena, CompactNetShape shape, IReadOnlyList<PackedConvolution> convolutions, InputRows picture, CompactPlan plan, Convolver convolver, ResultRows output)
    {
        _shape = shape;
        _convolutions = convolutions;
        _plan = plan;
        _convolver = convolver;
        _picture = picture;
        _output = output;
        int features = convolutions[0].OutBlocks, columns = plan.Columns, rows = plan.Window(CompactPlan.Reach);
        _input = new PlainRows(arena, convolutions[0].InBlocks, columns, plan.Window(plan.Lag));
        _inputPoints = new TransformedRows(arena, convolutions[0].InBlocks, columns, rows);
        _windows = [new TransformedRows(arena, features, columns, rows), new TransformedRows(arena, features, columns, rows)];
        _shuffled = new PlainRows(arena, convolutions[^1].OutBlocks, columns, plan.Window(0));
        _carries = plan.Passes == 1
            ? []
            : [.. Enumerable.Range(0, convolutions.Count - 1).Select(layer =>
                new Carry(arena, plan, WindowOf(layer), LagOf(layer), CompactPlan.Reach, CompactPlan.Reach))];
    }

    public IEnumerable<long> Advance(int pass)
    {
        var (first, end) = _plan.RowsOf(pass, 0);
        _convolver.Each(_input.Blocks, first, end, (block, row) => _picture.Fill(_input, block, row));
        _convolver.Transform(_input, _inputPoints, first, end);

        for (var layer = 0; layer < _convolutions.Count - 1; layer++)
        {
            // What this layer has done of the band above; its window has served others since.
            if (_carries.Length > 0) _carries[layer].Restore(_convolver, pass);
            foreach (var cost in Layer(layer, pass)) yield return cost;
        }

        foreach (var cost in Layer(_convolutions.Count - 1, pass)) yield return cost;
        (first, end) = _plan.RowsOf(pass, _plan.Lag);
        _output.Emit(_convolver, Math.Max(0, first) * _shape.Scale, end * _shape.Scale, Shuffle);
    }

    private IEnumerable<long> Layer(int layer, int pass)
    {
        var last = layer == _convolutions.Count - 1;
        var carry = last || _carries.Length == 0 ? null : _carries[layer];
        var (first, end) = _plan.RowsOf(pass, LagOf(layer));
        return _convolver.Compute(new ConvolutionCall
        {
            Sources = [layer == 0 ? _inputPoints : WindowOf(layer - 1)],
            Weights = _convolutions[layer],
            Target = last ? _shuffled : carry?.Rows,
            TargetFrom = carry?.FirstAfter(pass) ?? 0,
            Points = last ? null : WindowOf(layer),
            PictureRows = _plan.Rows,
            Transposed = _plan.Transposed,
        }, first, end);
    }

    private TransformedRows WindowOf(int layer) => _windows[layer % 2];

    /// <summary>A layer lags one row behind the one that it reads.</summary>
    private static int LagOf(int layer) => layer + 1;

    /// <summary>
    /// One row of the result. Channel c · r² + i · r + j is sample c of the pixel at row i and column j of the r × r pixels
    /// that come of one, as in <c>torch.pixel_shuffle</c>; where the sweep goes from left to right, i and j change places.
    /// </summary>
    private unsafe void Shuffle(int row, Span<float> target)
    {
        int scale = _shape.Scale, channels = _shape.OutputChannels;
        var source = row / scale;
        for (var inTile = 0; inTile < scale; inTile++)
            for (var channel = 0; channel < channels; channel++)
            {
                var (down, right) = _plan.Transposed ? (inTile, row % scale) : (row % scale, inTile);
                var shuffled = (channel * scale + down) * scale + right;
                var values = _shuffled.Row(shuffled / PlainRows.Block, source) + shuffled % PlainRows.Block;
                var enlarged = _input.Row(channel / PlainRows.Block, source) + channel % PlainRows.Block;
                for (var column = 0; column < _plan.Columns; column++)
                    target[(column * scale + inTile) * channels + channel] = values[(long)column * PlainRows.Block] + enlarged[(long)column * PlainRows.Block];
            }
    }
}
