using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Compact;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>SRVGGNetCompact against PyTorch on the whole picture.</summary>
public class CompactTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_scale_and_size_equals_PyTorch(int scale)
    {
        var shape = Runs.Compact(scale);
        var weights = Oracle.Make(shape);
        foreach (var (width, height) in ((int, int)[])[(1, 1), (2, 3), (47, 39), (64, 1), (1, 64), (5, 130)])
        {
            var picture = Runs.Picture(width, height);
            var result = Runs.Upscale(weights, picture);
            Assert.Equal((width * scale, height * scale, 3), (result.Width, result.Height, result.Channels));
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), result.Values, $"×{scale} of {width}×{height}");
        }
    }

    [Theory]
    [InlineData(64, 32)]
    [InlineData(24, 16)]
    [InlineData(20, 1)]
    [InlineData(3, 0)]
    [InlineData(1, 2)]
    public void Every_feature_and_convolution_count_equals_PyTorch(int features, int convolutions)
    {
        var shape = Runs.Compact(4, features, convolutions);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(31, 22);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.Upscale(weights, picture).Values, shape.ToString());
    }

    [Theory]
    [InlineData(1, 16, 3)]
    [InlineData(4, 8, 3)]
    [InlineData(3, 16, 3)]
    [InlineData(1, 8, 1)]
    public void Every_kind_of_picture_equals_PyTorch(int channels, int bits, int networkChannels)
    {
        var shape = Runs.Compact(2, channels: networkChannels);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(23, 17, channels, bits);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.Upscale(weights, picture).Values, $"{channels} channels of {bits} bits");
    }

    [Fact]
    public void Bands_of_any_height_and_any_thread_count_give_the_same_to_the_bit()
    {
        var shape = Runs.Compact(4, 32, 9);
        var weights = Oracle.Make(shape);
        foreach (var (width, height) in ((int, int)[])[(37, 100), (9, 5)])
        {
            var picture = Runs.Picture(width, height);
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
        var shape = Runs.Compact(scale, convolutions: 5);
        var weights = Oracle.Make(shape);
        foreach (var (width, height, bits) in ((int, int, int)[])[(83, 17, 8), (5, 9, 16), (1, 30, 8)])
        {
            var picture = Runs.Picture(width, height, bits: bits);
            Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.UpscaleInBands(weights, shape, picture, 12, 0, transposed: true).Values,
                $"×{scale} of {width}×{height}, transposed");
        }
    }

    [Fact]
    public void The_real_x4fast_on_a_real_photo_equals_PyTorch()
    {
        var weights = Path.Combine(Oracle.Root, "weights", "x4fast.safetensors");
        Assert.True(File.Exists(weights), "the weights of x4fast are not there; get them with: dotnet run --project tools/WeightConverter -- pull x4fast");
        using var model = ModelFile.Open(weights);
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        var expected = Oracle.Upscale(weights, model.Network, photo);
        Exactness.Holds(expected, Runs.Upscale(weights, photo).Values, "x4fast");
        Exactness.Holds(expected, Runs.UpscaleInBands(weights, model.Network, photo, 12, 0, transposed: true).Values, "x4fast from left to right");
    }

    [Fact]
    public void Slopes_that_are_no_numbers_are_refused_rather_than_shown_black()
    {
        var weights = Oracle.Make(Runs.Compact(4));
        using var model = SafetensorsFile.Open(weights);
        var damaged = Path.GetTempFileName();
        SafetensorsWriter.Write(damaged, [.. model.Tensors.Keys.Select(name => new TensorToWrite(name, TensorType.F32, [.. model.Tensors[name].Shape],
            () => name == "body.1.weight" ? [.. model.Read(name).Select(_ => 3e38f)] : model.Read(name)))], new Dictionary<string, string>());
        var error = Assert.Throws<WeightsException>(() => Runs.Upscale(damaged, Runs.Picture(12, 12)));
        File.Delete(damaged);
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6000, 4000)]
    [InlineData(24_000, 1000)]
    [InlineData(300, 80_000)]
    public void A_picture_of_24_megapixels_fits_a_small_budget_whatever_its_shape(int width, int height)
    {
        var plan = RunPlan.Choose(CompactPlan.Candidates(Runs.Compact(4, 64, 32), width, height), 1L << 30, out var missing);
        Assert.True(missing == 0, $"{width}×{height} misses {missing >> 20} MB (transposed: {plan.Transposed}, {plan.Bytes() >> 20} MB)");
    }
}
