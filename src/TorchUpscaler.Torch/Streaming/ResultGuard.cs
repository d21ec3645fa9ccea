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

    // A network may well make one colour of a sky in which a pixel is a level off.
    private bool IsFlat(int left, int top, int right, int bottom)
    {
        const int Levels = 2;
        for (var channel = 0; channel < picture.ColorChannels; channel++)
        {
            var first = Sample(left, top, channel);
            for (var y = top; y < bottom; y++)
                for (var x = left; x < right; x++)
                    if (Math.Abs(Sample(x, y, channel) - first) > Levels) return false;
        }
        return true;
    }

    // In levels of 255.
    private int Sample(int x, int y, int channel)
    {
        var at = (x * picture.Channels) + channel;
        return picture.Bits == 8 ? picture.Row8(y)[at] : picture.Row16(y)[at] / 257;
    }
}
