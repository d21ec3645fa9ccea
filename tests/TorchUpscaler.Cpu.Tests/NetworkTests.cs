using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The engine against PyTorch on the whole picture.</summary>
public class NetworkTests
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
        var shape = Runs.Net(scale);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(width, height);
        var result = Runs.Upscale(weights, picture);
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
        var shape = Runs.Net(4, features, blocks, growth);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(31, 22);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.Upscale(weights, picture).Values, shape.ToString());
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
        var shape = Runs.Net(2);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(23, 17, channels, bits);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.Upscale(weights, picture).Values, $"{channels} channels of {bits} bits");
    }

    [Fact]
    public void A_network_for_grey_pictures_equals_PyTorch_and_refuses_colour()
    {
        var shape = Runs.Net(4, channels: 1);
        var weights = Oracle.Make(shape);
        var picture = Runs.Picture(19, 21, channels: 1);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Runs.Upscale(weights, picture).Values, "grey");
        var error = Assert.Throws<InputException>(() => Runs.Upscale(weights, Runs.Picture(5, 5)));
        Assert.Contains("1 channel", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_x4plus_on_a_real_photo_equals_PyTorch()
    {
        var weights = Path.Combine(Oracle.Root, "weights", "x4plus.safetensors");
        Assert.True(File.Exists(weights), "the weights of x4plus are not there; get them with: dotnet run --project tools/WeightConverter -- pull x4plus");
        var shape = new RrdbNetShape(4, 3, 3, 64, 23, 32);
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        var expected = Oracle.Upscale(weights, shape, photo);
        Exactness.Holds(expected, Runs.Upscale(weights, photo).Values, "x4plus in one pass");
        Exactness.Holds(expected, Runs.UpscaleInBands(weights, shape, photo, 24, 6).Values, "x4plus in bands of 24 rows");
    }

    [Theory]
    [InlineData("conv_first.weight")]
    [InlineData("body.0.rdb2.conv5.weight")]
    [InlineData("conv_up2.weight")]
    [InlineData("conv_last.weight")]
    public void A_network_that_yields_no_numbers_is_refused_rather_than_shown_black(string tensor)
    {
        var weights = Oracle.Make(Runs.Net(4));
        using var model = SafetensorsFile.Open(weights);
        var damaged = Path.GetTempFileName();
        SafetensorsWriter.Write(damaged, [.. model.Tensors.Keys.Select(name => new TensorToWrite(name, TensorType.F32, [.. model.Tensors[name].Shape],
            () => name == tensor ? [.. model.Read(name).Select(_ => 3e38f)] : model.Read(name)))], new Dictionary<string, string>());
        var error = Assert.Throws<WeightsException>(() => Runs.Upscale(damaged, Runs.Picture(12, 12)));
        File.Delete(damaged);
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }
}
