using TorchUpscaler.Core;
using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>Networks, and the pictures that go in.</summary>
public static class Samples
{
    public static RrdbNetShape Net(int scale, int features = 16, int blocks = 1, int growth = 8, int channels = 3) =>
        new(scale, channels, channels, features, blocks, growth);

    public static CompactNetShape Compact(int scale, int features = 16, int convolutions = 3, int channels = 3) =>
        new(scale, channels, channels, features, convolutions);

    /// <summary>A smooth picture with some noise, always the same for a seed.</summary>
    public static Picture Picture(int width, int height, int channels = 3, int bits = 8, int seed = 1)
    {
        var picture = new Picture(width, height, channels, bits);
        var random = new Random(seed);
        for (var y = 0; y < height; y++)
            for (var i = 0; i < width * channels; i++)
            {
                var wave = 0.5 + 0.3 * Math.Sin((i / channels * 0.21) + i % channels) * Math.Cos(y * 0.17) + 0.2 * (random.NextDouble() - 0.5);
                if (bits == 8) picture.Row8(y)[i] = (byte)(Math.Clamp(wave, 0, 1) * 255);
                else picture.Row16(y)[i] = (ushort)(Math.Clamp(wave, 0, 1) * 65535);
            }

        return picture;
    }

    /// <summary>A model's file under weights/.</summary>
    public static string Weights(string name)
    {
        var path = Path.Combine(Oracle.Root, "weights", name + ".safetensors");
        Assert.True(File.Exists(path), $"the weights of {name} are not there; get them with: dotnet run --project tools/WeightConverter -- pull {name}");
        return path;
    }

    /// <summary>A copy of a model in which one tensor's values are too large for any result; the caller deletes it.</summary>
    public static string Damaged(string weights, string tensor)
    {
        using var model = SafetensorsFile.Open(weights);
        var damaged = Path.GetTempFileName();
        SafetensorsWriter.Write(damaged, [.. model.Tensors.Keys.Select(name => new TensorToWrite(name, TensorType.F32, [.. model.Tensors[name].Shape],
            () => name == tensor ? [.. model.Read(name).Select(_ => 3e38f)] : model.Read(name)))], new Dictionary<string, string>());
        return damaged;
    }

    /// <summary>Steps a run to its end, which its sink has to have when it says so, and not before.</summary>
    public static void Finish(IUpscaleRun run, CollectingSink sink)
    {
        var done = 0.0;
        while (done < 1)
        {
            Assert.False(sink.Completed);
            var now = run.Step();
            Assert.InRange(now, done, 1);
            done = now;
        }

        Assert.True(sink.Completed);
    }
}
