using TorchSharp;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full;
using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Tests.Full;

/// <summary>The bands in which a picture is computed cannot be seen in the result.</summary>
public class TorchStreamingTests
{
    public static TheoryData<int, int, int, bool> Bands { get; } = new()
    {
        { 4, 8, 3, false }, { 4, 1, 1, false }, { 4, 13, 13, false }, { 4, 500, 7, false }, { 8, 8, 2, false }, { 2, 9, 4, false }, { 1, 5, 5, false },
        { 4, 8, 3, true }, { 8, 16, 5, true }, { 2, 7, 1, true }, { 1, 5, 2, true },
    };

    [Theory]
    [MemberData(nameof(Bands))]
    public void Bands_of_any_height_equal_PyTorch_on_the_whole_picture(int scale, int bandRows, int tailRows, bool isSideways)
    {
        var shape = Samples.Net(scale, blocks: 2);
        foreach (var (width, height, bits) in ((int, int, int)[])[(17, 83, 8), (9, 5, 8), (30, 36, 16), (1, 12, 8)])
        {
            var picture = Samples.Picture(width, height, bits: bits);
            Check(shape, picture, new SweepPlan(Maps(width, scale), Maps(height, scale), bandRows, tailRows, SweepMemory.LagOf(shape), false), isSideways);
        }
    }

    [Theory]
    [InlineData(4, 8, false)]
    [InlineData(4, 1, false)]
    [InlineData(3, 500, false)]
    [InlineData(2, 6, true)]
    [InlineData(1, 6, true)]
    public void Bands_of_the_small_network_equal_PyTorch_too(int scale, int bandRows, bool isSideways)
    {
        var shape = Samples.Compact(scale, convolutions: 5);
        foreach (var (width, height) in ((int, int)[])[(17, 83), (9, 5), (1, 30)])
            Check(shape, Samples.Picture(width, height), new SweepPlan(width, height, bandRows, 1, SweepMemory.LagOf(shape), false), isSideways);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void The_modules_themselves_are_the_networks_of_the_original_definition(int scale)
    {
        var shape = Samples.Net(scale, features: 32, blocks: 2, growth: 16);
        var (weights, picture) = (Oracle.Make(shape), Samples.Picture(24, 16));
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), Forward(weights, picture), shape.ToString());
        var compact = Samples.Compact(scale == 8 ? 3 : scale);
        Exactness.Holds(Oracle.Upscale(Oracle.Make(compact), compact, picture), Forward(Oracle.Make(compact), picture), compact.ToString());
    }

    [Fact]
    public void The_modules_state_has_the_keys_of_the_files()
    {
        foreach (var shape in (NetworkShape[])[Samples.Net(8, blocks: 3), Samples.Net(2), Samples.Compact(4)])
        {
            using var file = SafetensorsFile.Open(Oracle.Make(shape));
            using torch.nn.Module<Tensor, Tensor> network = shape is RrdbNetShape rrdb ? new RrdbNet(rrdb) : new SrvggNetCompact((CompactNetShape)shape);
            Assert.Equal(file.Tensors.Keys.Order(StringComparer.Ordinal), network.state_dict().Keys.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Weights_of_another_network_are_refused_by_the_tensors_name_and_not_broadcast()
    {
        LibTorch.Require(TorchDevice.Cpu);
        using var model = ModelFile.Open(Oracle.Make(Samples.Net(4)));
        foreach (var (other, tensor) in ((RrdbNetShape, string)[])[(Samples.Net(4, features: 32), "'conv_first.weight' is 16×3×3×3, and the network's is 32×3×3×3"), (Samples.Net(4, blocks: 2), "'body.1.")])
        {
            using var network = new RrdbNet(other);
            Assert.Contains(tensor, Assert.Throws<WeightsException>(() => NetworkLoading.Fill(network, model)).Message, StringComparison.Ordinal);
        }
    }

    private static int Maps(int side, int scale) => scale switch { 1 => (side + 3) / 4, 2 => (side + 1) / 2, _ => side };

    private static void Check(NetworkShape shape, Picture picture, SweepPlan plan, bool isSideways)
    {
        var weights = Oracle.Make(shape);
        if (isSideways) plan = plan with { Columns = plan.Rows, Rows = plan.Columns, IsSideways = true };
        using var model = ModelFile.Open(weights);
        using var engine = new TorchEngine(new TorchOptions());
        using var loaded = (LoadedTorchModel)engine.Load(model);
        var sink = new CollectingSink();
        using var attempt = new TorchAttempt(loaded, picture, plan, ScalarType.Float32, new RunOptions(), sink);
        while (attempt.Step() < 1) { }
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), sink.Values, $"{shape} of {picture.Width}×{picture.Height} as {plan}");
    }

    // [height][width][channels]
    private static float[] Forward(string weights, Picture picture)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        using var model = ModelFile.Open(weights);
        LibTorch.Require(TorchDevice.Cpu);
        using var network = NetworkLoading.Load(model, CPU, ScalarType.Float32);
        var values = picture.Bytes.ToArray().Select(sample => sample / 255f).ToArray();
        var input = tensor(values, [1, picture.Height, picture.Width, 3]).permute(0, 3, 1, 2);
        return [.. network.forward(input).permute(0, 2, 3, 1).contiguous().data<float>()];
    }
}
