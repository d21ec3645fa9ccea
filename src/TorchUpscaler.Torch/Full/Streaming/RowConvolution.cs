using static TorchSharp.torch;
using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>
/// A 3×3 convolution of some rows of a feature map. Between rows it is a valid convolution, exact wherever the rows end; beyond the map's
/// own edges lie zeros.
/// </summary>
/// <param name="axis">The tensors' dimension along which rows are counted: 2, or 3 where the sweep goes sideways.</param>
internal sealed class RowConvolution(int axis)
{
    private readonly long[] _inside = axis == 2 ? [0, 1] : [1, 0];
    private readonly long[] _atEdges = [1, 1];
    private readonly long[] _strides = [1, 1];

    /// <summary>Rows [first, end) of a convolution that reads windows' channels one behind the other.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="sources">What it reads.</param>
    /// <param name="first">The first row of the result.</param>
    /// <param name="end">The row behind its last one.</param>
    /// <param name="rows">Rows of the whole map.</param>
    public Tensor Rows(Conv2d convolution, IReadOnlyList<RowWindow> sources, int first, int end, int rows)
    {
        var (from, to) = (Math.Max(0, first - 1), Math.Min(rows, end + 1));
        var input = sources.Count == 1 ? sources[0].Rows(from, to) : cat([.. sources.Select(source => source.Rows(from, to))], 1);
        return Rows(convolution, input, from, first, end, rows);
    }

    /// <summary>Rows [first, end) of a convolution.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">The rows that it reads, one more on each side, as far as the map goes.</param>
    /// <param name="from">The first row of <paramref name="input"/>.</param>
    /// <param name="first">The first row of the result.</param>
    /// <param name="end">The row behind its last one.</param>
    /// <param name="rows">Rows of the whole map.</param>
    public Tensor Rows(Conv2d convolution, Tensor input, int from, int first, int end, int rows)
    {
        if (first > 0 && end < rows) return Apply(convolution, input, _inside);
        // With zeros on both sides, where one side only is the map's edge, a row comes out too much.
        var padded = Apply(convolution, input, _atEdges);
        return padded.narrow(axis, first - from, end - first);
    }

    private Tensor Apply(Conv2d convolution, Tensor input, long[] padding) =>
        nn.functional.conv2d(input, convolution.weight, convolution.bias, _strides, padding);
}
