using System.Numerics.Tensors;
using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Streaming;

/// <summary>Tells results that no network makes: half precision overflows, and on some cards yields black.</summary>
/// <param name="picture">The picture that is enlarged.</param>
internal sealed class ResultGuard(Picture picture)
{
    /// <summary>Whether there is no NaN and no infinity.</summary>
    public static bool IsFinite(ReadOnlySpan<float> values) => TensorPrimitives.IsFiniteAll(values);

    /// <summary>Whether all pixels of a part of the result are one colour, and those of the picture that it comes from are not.</summary>
    /// <param name="values">Samples <c>[pixels][channels]</c> of the result.</param>
    /// <param name="channels">Samples of a pixel.</param>
    /// <param name="left">The first column of the picture's part.</param>
    /// <param name="top">Its first row.</param>
    /// <param name="width">Its columns; what is beyond the picture is not looked at.</param>
    /// <param name="height">Its rows; what is beyond the picture is not looked at.</param>
    public bool IsImplausiblyFlat(ReadOnlySpan<float> values, int channels, int left, int top, int width, int height)
    {
        // Each sample is that of the pixel before.
        if (values.Length <= channels || !values[channels..].SequenceEqual(values[..^channels])) return false;
        return !IsFlat(left, top, Math.Min(left + width, picture.Width), Math.Min(top + height, picture.Height));
    }

    private bool IsFlat(int left, int top, int right, int bottom)
    {
        var pixel = picture.Channels * (picture.Bits / 8);
        var colour = picture.ColorChannels * (picture.Bits / 8);
        var first = picture.Bytes.Slice((top * picture.RowBytes) + (left * pixel), colour);
        for (var y = top; y < bottom; y++)
        {
            var row = picture.Bytes.Slice(y * picture.RowBytes, picture.RowBytes);
            for (var x = left; x < right; x++)
                if (!row.Slice(x * pixel, colour).SequenceEqual(first)) return false;
        }
        return true;
    }
}
