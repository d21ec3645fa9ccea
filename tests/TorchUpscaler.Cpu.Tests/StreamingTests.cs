using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Rrdb;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The bands in which a picture is computed cannot be seen in the result.</summary>
public class StreamingTests
{
    [Theory]
    [InlineData(4, 6, 3)]
    [InlineData(4, 6, 6)]
    [InlineData(4, 12, 5)]
    [InlineData(4, 7, 2)]
    [InlineData(4, 1, 1)]
    [InlineData(4, 24, 6)]
    [InlineData(4, 100, 100)]
    [InlineData(8, 12, 3)]
    [InlineData(2, 12, 6)]
    [InlineData(1, 6, 3)]
    public void Bands_of_any_height_equal_PyTorch_on_the_whole_picture(int scale, int bandRows, int tailRows)
    {
        var shape = Samples.Net(scale, blocks: 3);
        var weights = Oracle.Make(shape);
        foreach (var (width, height) in ((int, int)[])[(17, 83), (9, 5), (30, 36)])
        {
            var picture = Samples.Picture(width, height);
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.UpscaleInBands(weights, shape, picture, bandRows, tailRows).Values,
                $"×{scale} of {width}×{height} in bands of {bandRows} and {tailRows} rows");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_sweep_from_left_to_right_equals_PyTorch_too(int scale)
    {
        var shape = Samples.Net(scale, blocks: 2);
        var weights = Oracle.Make(shape);
        foreach (var (width, height, bits) in ((int, int, int)[])[(83, 17, 8), (5, 9, 16), (1, 30, 8)])
        {
            var picture = Samples.Picture(width, height, bits: bits);
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.UpscaleInBands(weights, shape, picture, 12, 3, transposed: true).Values,
                $"×{scale} of {width}×{height}, transposed");
        }
    }

    [Fact]
    public void A_picture_that_is_too_wide_for_the_budget_is_swept_along_its_other_side()
    {
        var shape = Samples.Net(4, 64, 23, 32);
        const long Budget = 900L << 20;
        Assert.False(RunPlan.Choose(RrdbPlan.Candidates(shape, 400, 300), Budget, out _).Transposed);
        Assert.False(RunPlan.Choose(RrdbPlan.Candidates(shape, 300, 20_000), Budget, out _).Transposed);
        var wide = RunPlan.Choose(RrdbPlan.Candidates(shape, 20_000, 300), Budget, out var missing);
        Assert.True(wide.Transposed);
        Assert.Equal((300, 20_000, 0), (wide.Columns, wide.Rows, missing));
        Assert.InRange(wide.Bytes(), 1, Budget);
    }

    [Theory]
    [InlineData(6000, 4000)]
    [InlineData(4000, 6000)]
    [InlineData(4900, 4900)]
    [InlineData(24_000, 1000)]
    [InlineData(1000, 24_000)]
    [InlineData(300, 80_000)]
    public void A_picture_of_24_megapixels_fits_the_default_budget_whatever_its_shape(int width, int height)
    {
        const long Megabyte = 1 << 20;
        var weights = 480 * Megabyte;
        var process = 150 * Megabyte;
        var picture = 3L * width * height;
        var plan = RunPlan.Choose(RrdbPlan.Candidates(Samples.Net(4, 64, 23, 32), width, height), 4096 * Megabyte - weights - process - picture, out var missing);
        Assert.True(missing == 0, $"{width}×{height} misses {missing / Megabyte} MB (transposed: {plan.Transposed}, {plan.Bytes() / Megabyte} MB)");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(2)]
    public void The_result_is_the_same_to_the_bit_for_every_height_of_the_bands(int scale)
    {
        var shape = Samples.Net(scale, blocks: 2);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(37, 100);
        var whole = Runs.UpscaleInBands(weights, shape, picture, 10_000, 10_000).Values;
        foreach (var (bandRows, tailRows) in ((int, int)[])[(6, 3), (12, 6), (30, 9), (48, 48), (96, 15)])
            Assert.True(whole.AsSpan().SequenceEqual(Runs.UpscaleInBands(weights, shape, picture, bandRows, tailRows).Values), $"bands of {bandRows} and {tailRows} rows");
    }

    [Fact]
    public void The_result_is_the_same_to_the_bit_for_every_thread_count()
    {
        var shape = Samples.Net(4, 64, 1, 32);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(70, 45);
        var one = Runs.UpscaleInBands(weights, shape, picture, 18, 6, threads: 1).Values;
        foreach (var threads in (int[])[2, 3, 5])
            Assert.True(one.AsSpan().SequenceEqual(Runs.UpscaleInBands(weights, shape, picture, 18, 6, threads).Values), $"{threads} threads");
    }

    [Fact]
    public void Buffers_take_exactly_what_the_plan_says()
    {
        NetworkShape[] shapes = [.. ((int[])[1, 2, 4, 8]).Select(scale => (NetworkShape)Samples.Net(scale, 20, 2, 40)), Samples.Compact(4, 40), Samples.Compact(3, 16)];
        foreach (var shape in shapes)
            foreach (var (bandRows, tailRows, transposed) in ((int, int, bool)[])[(12, 3, false), (1000, 7, false), (24, 6, true)])
            {
                using var model = ModelFile.Open(Oracle.Make(shape));
                using var engine = new CpuEngine();
                using var loaded = (LoadedNetwork)engine.Load(model);
                var picture = Samples.Picture(61, 70);
                var plan = Runs.Plan(shape, picture, bandRows, tailRows, transposed);
                using var run = new NetworkRun(loaded, picture, plan, new RunOptions { Threads = 2 }, new CollectingSink(), long.MaxValue);
                Assert.True(plan.BufferBytes() + Convolver.ScratchBytes(2, loaded.Convolutions) == run.ArenaBytes, $"{shape} in bands of {bandRows}");
            }
    }
}
