using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>A picture that is the same everywhere: slopes of colour, a disc, bars and a fine edge, somewhat like a photo.</summary>
internal static class TestPicture
{
    private const int Side = 64;

    /// <summary>Makes it.</summary>
    /// <param name="channels">1 or 3.</param>
    internal static Picture Make(int channels)
    {
        var picture = new Picture(Side, Side, channels, bits: 8);
        for (var y = 0; y < Side; y++)
        {
            var row = picture.Row8(y);
            for (var x = 0; x < Side; x++)
                for (var c = 0; c < channels; c++) row[(x * channels) + c] = (byte)Math.Round(255 * Sample(x, y, c));
        }
        return picture;
    }

    /// <summary>The mean distance between the picture and a result that is shrunk back to its size, white being 1.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="result">Samples <c>[height · scale][width · scale][channels]</c>.</param>
    /// <param name="scale">Result pixels per picture pixel, each way.</param>
    internal static double Distance(Picture picture, float[] result, int scale)
    {
        var (channels, sum) = (picture.Channels, 0.0);
        for (var y = 0; y < picture.Height; y++)
        {
            for (var i = 0; i < picture.Width * channels; i++)
            {
                var mean = 0.0;
                for (var dy = 0; dy < scale; dy++)
                    for (var dx = 0; dx < scale; dx++)
                        mean += Math.Clamp(result[(((((y * scale) + dy) * picture.Width) + (i / channels)) * scale + dx) * channels + (i % channels)], 0, 1);
                sum += Math.Abs((mean / (scale * scale)) - (picture.Row8(y)[i] / 255.0));
            }
        }
        return sum / (picture.Height * picture.Width * channels);
    }

    private static double Sample(int x, int y, int channel)
    {
        var slope = 0.2 + (0.5 * (channel switch { 0 => x, 1 => y, _ => (x + y) / 2.0 }) / Side);
        var (dx, dy) = (x - 24.0, y - 26.0);
        var disc = Math.Clamp(14.5 - Math.Sqrt((dx * dx) + (dy * dy)), 0, 1); // its rim is one pixel soft
        var bar = x > 44 && y / 6 % 2 == 0 ? 1 : 0;
        var line = y == 54 && x < 40 ? 1 : 0;
        var value = slope + (disc * ((channel == 0 ? 0.85 : 0.3) - slope));
        value += bar * (0.9 - value);
        return value + (line * (0.1 - value));
    }
}
