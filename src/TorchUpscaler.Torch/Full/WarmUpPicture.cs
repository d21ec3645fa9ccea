using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TorchUpscaler.Core;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>The small picture that a model makes when it is loaded onto a card.</summary>
internal static class WarmUpPicture
{
    private const int Side = 64;
    private const float MeanDifference = 0.02f; // five levels of 255; half precision is off by less than one on the mean

    /// <summary>What a model makes of it in a precision.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">The precision.</param>
    /// <param name="hasFallen">Whether half precision has yielded what no network makes.</param>
    public static float[] Of(LoadedTorchModel model, ScalarType type, out bool hasFallen)
    {
        var picture = new Picture(Side, Side, model.Network.InputChannels, 8);
        for (var i = 0; i < picture.Bytes.Length; i++)
        {
            var (x, y) = (i / picture.Channels % Side, i / picture.RowBytes);
            picture.Bytes[i] = (byte)(128 + (60 * Math.Sin(x * 0.2 + i % picture.Channels)) + (60 * Math.Cos(y * 0.3)));
        }
        var sink = new Rows();
        using var run = new TorchRun(model, picture, model.Planner.Plans(Side, Side).First(), type, new RunOptions(), sink);
        while (run.Step() < 1) { }
        hasFallen = run.HasFallenToSingle;
        return [.. sink.Values];
    }

    /// <summary>Whether two results are the same picture, half precision allowed for.</summary>
    public static bool AreAlike(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        var differences = new float[one.Length];
        TensorPrimitives.Subtract(one, other, differences);
        return TensorPrimitives.SumOfMagnitudes<float>(differences) <= MeanDifference * one.Length;
    }

    private sealed class Rows : IRowSink
    {
        public List<float> Values { get; } = [];

        public void Begin(int width, int height, int channels) => Values.EnsureCapacity(width * height * channels);

        public void Write(ReadOnlySpan<float> rows, int count)
        {
            var first = Values.Count;
            CollectionsMarshal.SetCount(Values, first + rows.Length);
            rows.CopyTo(CollectionsMarshal.AsSpan(Values)[first..]);
        }

        public void Complete() { }

        public void Dispose() { }
    }
}
