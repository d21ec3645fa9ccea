using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>
/// conv_body with the long skip, the nearest ×2 enlargements with their convolutions, conv_hr and conv_last. The enlargements
/// are never written down: the convolution behind one reads each transformed row twice, and the transform along a row reads
/// each column twice. Rows grow large here, so the tail takes a trunk's band in slices of <see cref="RrdbPlan.TailRows"/> rows.
/// </summary>
internal sealed class RrdbTail
{
    private readonly RrdbPlan _plan;
    private readonly Convolver _convolver;
    private readonly ResultRows _output;
    private readonly int _ups;
    private readonly int _channels;
    private readonly TransformedRows[] _enlarged; // [doublings]: input of conv_up1, conv_up2, …, conv_hr
    private readonly TransformedRows _refined;    // input of conv_last
    private readonly PlainRows _pixels;           // conv_last's output
    private readonly ConvolutionCall[] _calls;    // conv_body, conv_up1, …, conv_hr, conv_last

    public RrdbTail(Arena arena, RrdbConvolutions weights, RrdbPlan plan, Convolver convolver, RrdbTrunk trunk, int channels, ResultRows output)
    {
        _plan = plan;
        _convolver = convolver;
        _output = output;
        _ups = weights.Up.Length;
        _channels = channels;
        var features = weights.Body.OutBlocks;
        _enlarged = [.. Enumerable.Range(0, _ups + 1).Select(ups =>
            new TransformedRows(arena, features, plan.Columns << ups, ups == 0 ? plan.Window(3) : plan.TailWindow(ups, 3), upsampled: ups < _ups))];
        _refined = new TransformedRows(arena, features, plan.Columns << _ups, plan.TailWindow(_ups, 3));
        _pixels = new PlainRows(arena, weights.Last.OutBlocks, plan.Columns << _ups, plan.TailWindow(_ups, 0));
        _calls =
        [
            new ConvolutionCall
            {
                Sources = [trunk.Output.Transformed],
                Weights = weights.Body,
                Points = _enlarged[0],
                PictureRows = plan.Rows,
                Transposed = plan.Transposed,
                First = trunk.Skip,
                FirstScale = 1,
            },
            .. weights.Up.Select((up, i) => new ConvolutionCall
            {
                Sources = [_enlarged[i]], Weights = up, Points = _enlarged[i + 1], PictureRows = plan.Rows << (i + 1), Transposed = plan.Transposed,
            }),
            new ConvolutionCall
            {
                Sources = [_enlarged[_ups]], Weights = weights.Hr, Points = _refined, PictureRows = plan.Rows << _ups, Transposed = plan.Transposed,
            },
            new ConvolutionCall
            {
                Sources = [_refined], Weights = weights.Last, Target = _pixels, PictureRows = plan.Rows << _ups, Transposed = plan.Transposed,
            },
        ];
    }

    /// <summary>Takes the trunk's rows of a pass to finished pixels.</summary>
    public IEnumerable<long> Advance(int pass)
    {
        var (from, to) = _plan.RowsOf(pass, _plan.TrunkLag);
        foreach (var cost in _convolver.Compute(_calls[0], from, to)) yield return cost;

        var start = pass * _plan.BandRows - _plan.TrunkLag;
        for (var first = start; first < start + _plan.BandRows; first += _plan.TailRows)
            foreach (var cost in Slice(first, Math.Min(first + _plan.TailRows, start + _plan.BandRows))) yield return cost;
    }

    /// <summary>Takes rows [first, end) of conv_body's output, as far as they are in the picture, and what lags behind them.</summary>
    private IEnumerable<long> Slice(int first, int end)
    {
        for (var ups = 1; ups <= _ups; ups++)
        {
            var (from, to) = _plan.TailRowsOf(first, end, ups, 0);
            foreach (var cost in _convolver.Compute(_calls[ups], from, to)) yield return cost;
        }

        var (firstRow, endRow) = _plan.TailRowsOf(first, end, _ups, 1);
        foreach (var cost in _convolver.Compute(_calls[^2], firstRow, endRow)) yield return cost;

        (firstRow, endRow) = _plan.TailRowsOf(first, end, _ups, 2);
        foreach (var cost in _convolver.Compute(_calls[^1], firstRow, endRow)) yield return cost;
        _output.Emit(_convolver, firstRow, endRow, Interleave);
    }

    private unsafe void Interleave(int row, Span<float> target)
    {
        var columns = target.Length / _channels; // without what the padding to a multiple of the pixel-unshuffle has added
        for (var channel = 0; channel < _channels; channel++)
        {
            var source = _pixels.Row(channel / PlainRows.Block, row) + channel % PlainRows.Block;
            for (var column = 0; column < columns; column++)
                target[column * _channels + channel] = source[(long)column * PlainRows.Block];
        }
    }
}
