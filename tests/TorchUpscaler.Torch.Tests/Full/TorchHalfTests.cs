using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Tests.Full;

/// <summary>Half precision, which the program uses on cards alone, on the processor: the same code, but for the device.</summary>
public class TorchHalfTests
{
    [Fact]
    public void Half_precision_of_the_real_x4plus_stays_within_three_levels()
    {
        var weights = Samples.Weights("x4plus");
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 64, 48);
        var (values, hasFallen) = Run(weights, photo, []);
        Assert.False(hasFallen);
        Exactness.HoldsInHalfPrecision(Oracle.Upscale(weights, Samples.Net(4, 64, 23, 32), photo), values, "x4plus");
    }

    [Fact]
    public void What_overflows_in_half_precision_is_made_again_in_single_precision()
    {
        var shape = Samples.Net(4, blocks: 2);
        // LeakyReLU is homogeneous: what comes in a hundred thousand times too large goes out as it should, in single precision.
        var weights = Scaled(Oracle.Make(shape), ("conv_first", 1e5f), ("conv_last", 1e-5f));
        var picture = Samples.Picture(40, 30);
        List<string> notices = [];
        var (values, hasFallen) = Run(weights, picture, notices);
        Assert.True(hasFallen);
        Assert.Contains("half precision gave no picture of 40×30", Assert.Single(notices), StringComparison.Ordinal);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), values, "in single precision");
        File.Delete(weights);
    }

    private static (float[] Values, bool HasFallen) Run(string weights, Picture picture, List<string> notices)
    {
        using var model = ModelFile.Open(weights);
        using var engine = new TorchEngine(new TorchOptions { Notice = notices.Add });
        using var loaded = (LoadedTorchModel)engine.Load(model);
        var sink = new CollectingSink();
        var options = new RunOptions { Threads = 2 };
        var plan = loaded.Planner.Plans(picture.Width, picture.Height).First();
        using var run = new TorchRun(loaded, picture, plan, ScalarType.Float16, options, sink);
        Samples.Finish(run, sink);
        return (sink.Values, run.HasFallenToSingle);
    }

    // A copy of a model in which some convolutions' results are so many times as large; the caller deletes it.
    private static string Scaled(string weights, params (string Convolution, float Factor)[] factors)
    {
        using var model = SafetensorsFile.Open(weights);
        var scaled = Path.GetTempFileName();
        SafetensorsWriter.Write(scaled, [.. model.Tensors.Keys.Select(name => new TensorToWrite(name, TensorType.F32, [.. model.Tensors[name].Shape],
            () => [.. model.Read(name).Select(value => value * factors.FirstOrDefault(factor => name.StartsWith(factor.Convolution, StringComparison.Ordinal), ("", 1)).Factor)]))],
            new Dictionary<string, string>());
        return scaled;
    }
}
