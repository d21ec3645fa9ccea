using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>A convolution cut into batches and spread over threads.</summary>
public unsafe class ConvolverTests
{
    [Theory]
    [InlineData(100, 5, false)]
    [InlineData(1_000, 20, true)]
    [InlineData(90_000, 2, false)] // more batches than are computed at a time
    [InlineData(90_000, 2, true)]
    public void Cuts_between_batches_cannot_be_seen_in_what_is_handed_on(int columns, int rows, bool upsampled)
    {
        using var arena = new Arena(256L << 20);
        using var team = new ThreadTeam(2);
        var random = new Random(columns);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var packed = new PackedConvolution(arena, [16], 16, () => new(Values(16 * 16 * 9), Values(16), Values(16)));
        var convolver = new Convolver(arena, ConvolutionKernels.ForThisMachine, team, [packed]);

        var pixels = new PlainRows(arena, 1, columns, rows);
        for (var row = 0; row < rows; row++) Values(columns * 16).CopyTo(new Span<float>(pixels.Row(0, row), columns * 16));
        var source = new TransformedRows(arena, 1, columns, rows);
        convolver.Transform(pixels, source, 0, rows);

        var (target, expected, points) = (new PlainRows(arena, 1, columns, rows), new TransformedRows(arena, 1, columns, rows, upsampled), new TransformedRows(arena, 1, columns, rows, upsampled));
        Compute(new ConvolutionCall { Sources = [source], Weights = packed, PictureRows = rows, Target = target });
        convolver.Transform(target, expected, 0, rows);
        Compute(new ConvolutionCall { Sources = [source], Weights = packed, PictureRows = rows, Points = points });
        var floats = 8 * points.PointFloats;
        for (var row = 0; row < rows; row++)
            Assert.True(new Span<float>(expected.Row(0, row), floats).SequenceEqual(new Span<float>(points.Row(0, row), floats)), $"row {row} of {columns}×{rows}");

        void Compute(ConvolutionCall call) => Assert.NotEqual(0, convolver.Compute(call, 0, rows).Sum());
    }
}
