using TorchUpscaler.Core;
using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>SRVGGNetCompact in every engine against PyTorch on the whole picture.</summary>
public abstract class CompactContract : EngineSuite
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_scale_and_size_equals_PyTorch(int scale)
    {
        var shape = Samples.Compact(scale);
        var weights = Oracle.Make(shape);
        foreach (var (width, height) in ((int, int)[])[(1, 1), (2, 3), (47, 39), (64, 1), (1, 64), (5, 130)])
        {
            var picture = Samples.Picture(width, height);
            var result = Upscale(weights, picture);
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
        var shape = Samples.Compact(4, features, convolutions);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(31, 22);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Upscale(weights, picture).Values, shape.ToString());
    }

    [Theory]
    [InlineData(1, 16, 3)]
    [InlineData(4, 8, 3)]
    [InlineData(3, 16, 3)]
    [InlineData(1, 8, 1)]
    public void Every_kind_of_picture_equals_PyTorch(int channels, int bits, int networkChannels)
    {
        var shape = Samples.Compact(2, channels: networkChannels);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(23, 17, channels, bits);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Upscale(weights, picture).Values, $"{channels} channels of {bits} bits");
    }

    [Fact]
    public void The_real_x4fast_on_a_real_photo_equals_PyTorch()
    {
        var weights = Samples.Weights("x4fast");
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        Exactness.Holds(Oracle.Upscale(weights, Samples.Compact(4, 64, 32), photo), Upscale(weights, photo).Values, "x4fast");
    }

    [Fact]
    public void Slopes_that_are_no_numbers_are_refused_rather_than_shown_black()
    {
        var damaged = Samples.Damaged(Oracle.Make(Samples.Compact(4)), "body.1.weight");
        var error = Assert.Throws<WeightsException>(() => Upscale(damaged, Samples.Picture(12, 12)));
        File.Delete(damaged);
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }
}
