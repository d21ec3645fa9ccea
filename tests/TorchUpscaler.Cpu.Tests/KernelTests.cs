using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Simd;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The kernels of every vector width against the plain loops of a convolution in double precision.</summary>
public unsafe class KernelTests
{
    private const double Tolerance = 3e-5; // of sums whose terms are around one

    public static TheoryData<string, int, int, int, int> Cases()
    {
        var data = new TheoryData<string, int, int, int, int>();
        foreach (var width in (string[])["512", "256", "128"])
            foreach (var (inputs, outputs, columns, rows) in ((int, int, int, int)[])
                     [(16, 32, 7, 5), (3, 64, 1, 1), (40, 16, 13, 6), (64, 48, 75, 13), (33, 3, 100, 2), (17, 80, 6, 20)])
                data.Add(width, inputs, outputs, columns, rows);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_width_equals_the_plain_loops(string width, int inputs, int outputs, int columns, int rows) =>
        Check(Kernels(width), [inputs], outputs, columns, rows, upsampled: false, transposed: false, residuals: true, first: 0, end: rows);

    [Theory]
    [InlineData("512")]
    [InlineData("256")]
    [InlineData("128")]
    public void Concatenated_enlarged_and_transposed_convolutions_equal_the_plain_loops(string width)
    {
        Check(Kernels(width), [20, 7, 16], 32, 29, 14, upsampled: false, transposed: false, residuals: false, first: 0, end: 14);
        Check(Kernels(width), [16], 16, 11, 9, upsampled: true, transposed: false, residuals: false, first: 0, end: 18);
        Check(Kernels(width), [16], 24, 15, 8, upsampled: false, transposed: true, residuals: true, first: 0, end: 8);
        Check(Kernels(width), [32], 32, 33, 25, upsampled: false, transposed: false, residuals: false, first: 5, end: 18);
        Check(Kernels(width), [16], 32, 21, 12, upsampled: true, transposed: false, residuals: false, first: 7, end: 16);
    }

    [Theory]
    [InlineData("512")]
    [InlineData("256")]
    [InlineData("128")]
    public void What_is_not_a_number_stays_so_through_the_activation(string width)
    {
        using var arena = new Arena(1 << 20);
        using var team = new ThreadTeam(1);
        var packed = new PackedConvolution(arena, [16], 16, () => new([.. Enumerable.Repeat(1f, 16 * 16 * 9)], new float[16], new float[16]));
        packed.MakeReady(team);
        var (source, transformed, target) = (new PlainRows(arena, 1, 5, 1), new TransformedRows(arena, 1, 5, 1), new PlainRows(arena, 1, 5, 1));
        new Span<float>(source.Row(0, 0), 5 * 16).Fill(float.NaN);
        source.ClearEnds(0, 0);
        var kernels = Kernels(width);
        kernels.TransformRow(source, transformed, 0, 0);
        var call = new ConvolutionCall { Sources = [transformed], Weights = packed, Target = target, PictureRows = 1, FirstRow = 0, EndRow = 1 };
        kernels.ComputeTiles(call, 0, 1, arena.Allocate(new ScratchLayout(packed, 1).Floats), new BatchEdges(arena.Allocate(BatchEdges.Floats(1)), 1));
        for (var i = 0; i < 5 * 16; i++) Assert.True(float.IsNaN(target.Row(0, 0)[i]), $"{width}: value {i} is {target.Row(0, 0)[i]}");
    }

    [Theory]
    [InlineData("512")]
    [InlineData("256")]
    [InlineData("128")]
    public void What_a_convolution_hands_on_transformed_is_its_result_transformed(string width)
    {
        foreach (var columns in (int[])[1, 3, 4, 6, 7, 75, 153])
            foreach (var batch in (int[])[3, 12, 48])
                foreach (var upsampled in (bool[])[false, true]) CheckPoints(Kernels(width), columns, batch, upsampled);
    }

    /// <summary>Rows -2 to 8, cut into batches within the rows of tiles.</summary>
    private static void CheckPoints(ConvolutionKernels kernels, int columns, int batch, bool upsampled)
    {
        const int Rows = 8, From = 3, Outputs = 48, Blocks = 3;
        using var arena = new Arena(64 << 20);
        using var team = new ThreadTeam(1);
        var random = new Random(columns);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var packed = new PackedConvolution(arena, [16], Outputs, () => new(Values(Outputs * 16 * 9), Values(Outputs), Values(Outputs)));
        packed.MakeReady(team);
        PlainRows Plain(int blocks)
        {
            var rows = new PlainRows(arena, blocks, columns, Rows);
            for (var block = 0; block < blocks; block++)
                for (var row = 0; row < Rows; row++) Values(columns * 16).CopyTo(new Span<float>(rows.Row(block, row), columns * 16));
            return rows;
        }

        TransformedRows Transformed(PlainRows rows, bool enlarged)
        {
            var points = new TransformedRows(arena, rows.Blocks, columns, Rows, enlarged);
            for (var block = 0; block < rows.Blocks; block++)
                for (var row = 0; row < Rows; row++)
                {
                    rows.ClearEnds(block, row);
                    kernels.TransformRow(rows, points, block, row);
                }

            return points;
        }

        var (source, residual, whole, late) = (Transformed(Plain(1), false), Plain(Blocks), Plain(Blocks), Plain(Blocks));
        var points = Transformed(Plain(Blocks), upsampled); // whose old values have to go
        var before = new float[columns * 16];
        new Span<float>(late.Row(0, From - 1), before.Length).CopyTo(before);
        var edges = arena.Allocate(200 * BatchEdges.Floats(Blocks));
        BatchEdges Edges(int number) => new(edges + number * BatchEdges.Floats(Blocks), Blocks);
        var scratch = arena.Allocate(new ScratchLayout(packed, batch).Floats);
        foreach (var (target, from, to) in ((PlainRows, int, TransformedRows?)[])[(whole, 0, null), (late, From, points)])
        {
            var call = new ConvolutionCall
            {
                Sources = [source],
                Weights = packed,
                Target = target,
                TargetFrom = from,
                Points = to,
                PictureRows = Rows,
                First = residual,
                FirstScale = 0.2f,
                FirstRow = -2,
                EndRow = Rows,
            };
            var batches = (call.TileCount + batch - 1) / batch;
            for (var i = batches - 1; i >= 0; i--) kernels.ComputeTiles(call, i * batch, Math.Min(batch, call.TileCount - i * batch), scratch, Edges(i));
            for (var i = 1; i < batches && to is not null; i++)
                if (i * batch % call.TileColumns != 0) kernels.Join(call, i * batch, Edges(i - 1), Edges(i));
        }

        var what = $"{kernels.Name}: {columns} columns, batches of {batch}, enlarged {upsampled}";
        var expected = Transformed(whole, upsampled);
        Assert.True(before.AsSpan().SequenceEqual(new Span<float>(late.Row(0, From - 1), before.Length)), $"{what}: a row before {From} was stored");
        for (var block = 0; block < Blocks; block++)
            for (var row = 0; row < Rows; row++)
            {
                var floats = 8 * expected.PointFloats;
                Assert.True(new Span<float>(expected.Row(block, row), floats).SequenceEqual(new Span<float>(points.Row(block, row), floats)), $"{what}: points of row {row}");
                if (row < From) continue;
                floats = columns * 16;
                Assert.True(new Span<float>(whole.Row(block, row), floats).SequenceEqual(new Span<float>(late.Row(block, row), floats)), $"{what}: pixels of row {row}");
            }
    }

    private static ConvolutionKernels Kernels(string width) => width switch
    {
        "512" => new ConvolutionKernels<Lanes512>(width),
        "256" => new ConvolutionKernels<Lanes256>(width),
        _ => new ConvolutionKernels<Lanes128>(width),
    };

    private static void Check(ConvolutionKernels kernels, int[] segments, int outputs, int columns, int rows, bool upsampled, bool transposed, bool residuals, int first, int end)
    {
        var what = $"{kernels.Name}: [{string.Join('+', segments)}] → {outputs}, {columns}×{rows}, upsampled {upsampled}, transposed {transposed}, rows {first}–{end}";
        using var arena = new Arena(64 << 20);
        var random = new Random(7);
        float Next() => (float)((random.NextDouble() * 2) - 1);
        var inputs = segments.Sum();
        var weights = Enumerable.Range(0, outputs * inputs * 9).Select(_ => Next() / MathF.Sqrt(inputs * 9)).ToArray();
        var bias = Enumerable.Range(0, outputs).Select(_ => Next()).ToArray();
        var slopes = Enumerable.Range(0, outputs).Select(_ => Next()).ToArray();
        using var team = new ThreadTeam(2);
        var packed = new PackedConvolution(arena, segments, outputs, () => new(weights, bias, slopes));
        packed.MakeReady(team);

        var picture = new float[inputs, rows, columns];
        var sources = new List<TransformedRows>();
        var channel = 0;
        foreach (var segment in segments)
        {
            var plain = new PlainRows(arena, PackedConvolution.BlocksOf(segment), columns, rows);
            sources.Add(new TransformedRows(arena, plain.Blocks, columns, rows, upsampled));
            for (var row = 0; row < rows; row++)
                for (var block = 0; block < plain.Blocks; block++)
                {
                    for (var i = 0; i < columns * 16; i++)
                    {
                        var c = block * 16 + i % 16;
                        if (c < segment) plain.Row(block, row)[i] = picture[channel + c, row, i / 16] = Next();
                    }

                    plain.ClearEnds(block, row);
                    kernels.TransformRow(plain, sources[^1], block, row);
                }

            channel += segment;
        }

        var factor = upsampled ? 2 : 1;
        var (outColumns, outRows) = (columns * factor, rows * factor);
        PlainRows Noise()
        {
            var noise = new PlainRows(arena, packed.OutBlocks, outColumns, outRows);
            for (var row = 0; row < outRows; row++)
                for (var block = 0; block < packed.OutBlocks; block++)
                    for (var i = 0; i < outColumns * 16; i++) noise.Row(block, row)[i] = Next();
            return noise;
        }

        var call = new ConvolutionCall
        {
            Sources = [.. sources],
            Weights = packed,
            Target = Noise(),
            PictureRows = outRows,
            First = residuals ? Noise() : null,
            FirstScale = 0.2f,
            Second = residuals ? Noise() : null,
            SecondScale = -0.7f,
            Transposed = transposed,
            FirstRow = first,
            EndRow = end,
        };
        var scratch = arena.Allocate(new ScratchLayout(packed, 24).Floats);
        var edges = new BatchEdges(arena.Allocate(BatchEdges.Floats(packed.OutBlocks)), packed.OutBlocks);
        for (var tile = 0; tile < call.TileCount; tile += 24)
            kernels.ComputeTiles(call, tile, Math.Min(24, call.TileCount - tile), scratch, edges);

        for (var row = first; row < end; row++)
            for (var column = 0; column < outColumns; column++)
                for (var o = 0; o < outputs; o++)
                {
                    double sum = bias[o];
                    for (var c = 0; c < inputs; c++)
                        for (var tap = 0; tap < 9; tap++)
                        {
                            var (y, x) = (row + tap / 3 - 1, column + tap % 3 - 1);
                            if (y < 0 || y >= outRows || x < 0 || x >= outColumns) continue;
                            var kernelTap = transposed ? tap % 3 * 3 + tap / 3 : tap;
                            sum += (double)weights[((o * inputs) + c) * 9 + kernelTap] * picture[c, y / factor, x / factor];
                        }

                    if (sum < 0) sum *= slopes[o];
                    if (call.First is not null) sum = call.First.Row(o / 16, row)[column * 16 + o % 16] + 0.2f * sum;
                    if (call.Second is not null) sum = call.Second.Row(o / 16, row)[column * 16 + o % 16] - 0.7f * sum;
                    var actual = call.Target.Row(o / 16, row)[column * 16 + o % 16];
                    Assert.True(Math.Abs(actual - sum) <= Tolerance, $"{what}: channel {o} at row {row}, column {column} is {actual} instead of {sum}");
                }
    }
}
