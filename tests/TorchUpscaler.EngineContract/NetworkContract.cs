using TorchUpscaler.Core;
using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>RRDBNet in every engine against PyTorch on the whole picture.</summary>
public abstract class NetworkContract : EngineSuite
{
    public static TheoryData<int, int, int> ScalesAndSizes()
    {
        var data = new TheoryData<int, int, int>();
        foreach (var scale in (int[])[1, 2, 4, 8])
            foreach (var (width, height) in ((int, int)[])[(1, 1), (2, 3), (3, 2), (47, 39), (64, 1), (1, 64), (5, 130), (36, 24)])
                data.Add(scale, width, height);
        return data;
    }

    [Theory]
    [MemberData(nameof(ScalesAndSizes))]
    public void Every_scale_and_size_equals_PyTorch(int scale, int width, int height)
    {
        var shape = Samples.Net(scale);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(width, height);
        var result = Upscale(weights, picture);
        Assert.Equal((width * scale, height * scale, 3), (result.Width, result.Height, result.Channels));
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), result.Values, $"×{scale} of {width}×{height}");
    }

    [Theory]
    [InlineData(64, 2, 32)]
    [InlineData(64, 1, 16)]
    [InlineData(48, 1, 48)]
    [InlineData(20, 2, 7)]
    [InlineData(3, 3, 1)]
    [InlineData(1, 1, 33)]
    public void Every_feature_block_and_growth_count_equals_PyTorch(int features, int blocks, int growth)
    {
        var shape = Samples.Net(4, features, blocks, growth);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(31, 22);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Upscale(weights, picture).Values, shape.ToString());
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(1, 16)]
    [InlineData(2, 8)]
    [InlineData(3, 16)]
    [InlineData(4, 8)]
    [InlineData(4, 16)]
    public void Every_kind_of_picture_equals_PyTorch(int channels, int bits)
    {
        var shape = Samples.Net(2);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(23, 17, channels, bits);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Upscale(weights, picture).Values, $"{channels} channels of {bits} bits");
    }

    [Fact]
    public void A_network_for_grey_pictures_equals_PyTorch_and_refuses_colour()
    {
        var shape = Samples.Net(4, channels: 1);
        var weights = Oracle.Make(shape);
        var picture = Samples.Picture(19, 21, channels: 1);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Upscale(weights, picture).Values, "grey");
        var error = Assert.Throws<InputException>(() => Upscale(weights, Samples.Picture(5, 5)));
        Assert.Contains("1 channel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_x4plus_on_a_real_photo_equals_PyTorch_and_takes_several_steps()
    {
        var weights = Samples.Weights("x4plus");
        var shape = Samples.Net(4, 64, 23, 32);
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        using var model = ModelFile.Open(weights);
        using var engine = Open();
        using var loaded = engine.Load(model);
        var sink = new CollectingSink();
        using var run = loaded.Start(photo, Options, sink);
        Assert.InRange(run.Step(), 0, 0.9999);
        Samples.Finish(run, sink);
        Exactness.Holds(Oracle.Upscale(weights, shape, photo), sink.Values, "x4plus");
    }

    [Theory]
    [InlineData("conv_first.weight")]
    [InlineData("body.0.rdb2.conv5.weight")]
    [InlineData("conv_up2.weight")]
    [InlineData("conv_last.weight")]
    public void A_network_that_yields_no_numbers_is_refused_rather_than_shown_black(string tensor)
    {
        var damaged = Samples.Damaged(Oracle.Make(Samples.Net(4)), tensor);
        var error = Assert.Throws<WeightsException>(() => Upscale(damaged, Samples.Picture(12, 12)));
        File.Delete(damaged);
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }
}
