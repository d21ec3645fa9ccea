using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>
/// One of the five convolutions of a residual dense block at the trunk's shapes (64 features, 32 that grow), on a band of a
/// picture of 256 columns, with random weights and pixels.
/// </summary>
internal sealed unsafe class DenseConvolution : IDisposable
{
    /// <summary>Pixels in a row.</summary>
    public const int Columns = 256;

    /// <summary>Rows of a band, as the engine's plan has it for that width.</summary>
    public const int Rows = 36;

    private const int Features = 64;
    private const int Growth = 32;
    private const long ArenaBytes = 256L << 20;

    private readonly Random _random = new(1);
    private readonly ThreadTeam _alone = new(1);
    private readonly int[] _segments;
    private readonly ConvolutionValues _values;

    /// <param name="number">1 to 5.</param>
    /// <param name="kernels">Transform its input's rows.</param>
    public DenseConvolution(int number, ConvolutionKernels kernels)
    {
        int[] segments = [Features, .. Enumerable.Repeat(Growth, number - 1)];
        var outputs = number < 5 ? Growth : Features;
        Arena = new Arena(ArenaBytes);
        _segments = segments;
        _values = new ConvolutionValues(
            Random(outputs * segments.Sum() * 9, 1f / MathF.Sqrt(segments.Sum() * 9)),
            Random(outputs, 0.1f),
            [.. Enumerable.Repeat(number < 5 ? 0.2f : 1f, outputs)]);
        Weights = Pack(Arena);

        PlainRows[] plain = [.. segments.Select(channels => Filled(channels / PlainRows.Block))];
        TransformedRows[] transformed = [.. plain.Select(rows => new TransformedRows(Arena, rows.Blocks, Columns, Rows))];
        for (var i = 0; i < plain.Length; i++)
            for (var block = 0; block < plain[i].Blocks; block++)
                for (var row = 0; row < Rows; row++) kernels.TransformRow(plain[i], transformed[i], block, row);

        (Source, SourceTransformed) = (plain[0], transformed[0]);
        Call = new ConvolutionCall
        {
            Sources = transformed,
            Weights = Weights,
            Target = number < 5 ? null : new PlainRows(Arena, Weights.OutBlocks, Columns, Rows),
            Points = new TransformedRows(Arena, Weights.OutBlocks, Columns, Rows),
            PictureRows = Rows,
            First = number < 5 ? null : plain[0],
            FirstScale = 0.2f,
            FirstRow = 0,
            EndRow = Rows,
        };
    }

    public Arena Arena { get; }

    public PackedConvolution Weights { get; }

    /// <summary>The block's input, whose ends have been cleared.</summary>
    public PlainRows Source { get; }

    public TransformedRows SourceTransformed { get; }

    /// <summary>The convolution over the whole band.</summary>
    public ConvolutionCall Call { get; }

    /// <summary>Transforms its weights into memory of the arena, on one thread.</summary>
    public PackedConvolution Pack(Arena arena)
    {
        var packed = new PackedConvolution(arena, _segments, _values.Bias.Length, () => _values);
        packed.MakeReady(_alone);
        return packed;
    }

    public void Dispose()
    {
        _alone.Dispose();
        Arena.Dispose();
    }

    private PlainRows Filled(int blocks)
    {
        var rows = new PlainRows(Arena, blocks, Columns, Rows);
        for (var block = 0; block < blocks; block++)
            for (var row = 0; row < Rows; row++)
            {
                Random(Columns * PlainRows.Block, 1f).CopyTo(new Span<float>(rows.Row(block, row), Columns * PlainRows.Block));
                rows.ClearEnds(block, row);
            }

        return rows;
    }

    private float[] Random(int count, float size) => [.. Enumerable.Range(0, count).Select(_ => ((_random.NextSingle() * 2) - 1) * size)];
}
