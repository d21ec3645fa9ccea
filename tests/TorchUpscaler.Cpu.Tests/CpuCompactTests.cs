using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Compact;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The engine keeps the contract; and what is its own way of streaming.</summary>
public sealed class CpuCompactTests : CompactContract
{
    protected override IUpscaleEngine Open() => new CpuEngine();

    [Fact]
    public void Bands_of_any_height_and_any_thread_count_give_the_same_to_the_bit()
    {
        var shape = Samples.Compact(4, 32, 9);
        var weights = Oracle.Make(shape);
        foreach (var (width, height) in ((int, int)[])[(37, 100), (9, 5)])
        {
            var picture = Samples.Picture(width, height);
            var whole = Runs.UpscaleInBands(weights, shape, picture, 10_000, 0).Values;
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), whole, $"{width}×{height} in one pass");
            foreach (var (bandRows, threads) in ((int, int)[])[(6, 1), (6, 3), (12, 2), (18, 5), (48, 1)])
                Assert.True(whole.AsSpan().SequenceEqual(Runs.UpscaleInBands(weights, shape, picture, bandRows, 0, threads).Values),
                    $"{width}×{height} in bands of {bandRows} rows by {threads} threads");
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_sweep_from_left_to_right_equals_PyTorch_too(int scale)
    {
        var shape = Samples.Compact(scale, convolutions: 5);
        var weights = Oracle.Make(shape);
        foreach (var (width, height, bits) in ((int, int, int)[])[(83, 17, 8), (5, 9, 16), (1, 30, 8)])
        {
            var picture = Samples.Picture(width, height, bits: bits);
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.UpscaleInBands(weights, shape, picture, 12, 0, transposed: true).Values,
                $"×{scale} of {width}×{height}, transposed");
        }
    }

    [Fact]
    public void The_real_x4fast_from_left_to_right_equals_PyTorch()
    {
        var (weights, shape) = (Samples.Weights("x4fast"), Samples.Compact(4, 64, 32));
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        Exactness.Holds(Oracle.Upscale(weights, shape, photo), Runs.UpscaleInBands(weights, shape, photo, 12, 0, transposed: true).Values, "x4fast from left to right");
    }

    [Theory]
    [InlineData(6000, 4000)]
    [InlineData(24_000, 1000)]
    [InlineData(300, 80_000)]
    public void A_picture_of_24_megapixels_fits_a_small_budget_whatever_its_shape(int width, int height)
    {
        var plan = RunPlan.Choose(CompactPlan.Candidates(Samples.Compact(4, 64, 32), width, height), 1L << 30, out var missing);
        Assert.True(missing == 0, $"{width}×{height} misses {missing >> 20} MB (transposed: {plan.Transposed}, {plan.Bytes() >> 20} MB)");
    }
}
