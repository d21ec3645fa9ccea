using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>The picture as conv_first reads it: floats from 0 to 1, grey repeated, padded by reflection and pixel-unshuffled.</summary>
/// <param name="picture">The picture.</param>
/// <param name="inputChannels">Channels that the network takes.</param>
/// <param name="unshuffle">Factor of the pixel-unshuffle.</param>
/// <param name="transposed">Whether the rows are the picture's columns.</param>
internal sealed unsafe class InputRows(Picture picture, int inputChannels, int unshuffle, bool transposed)
{
    private readonly float[] _levels = LevelsOf(picture.Bits); // value of each 8-bit sample

    /// <summary>Columns after the pixel-unshuffle.</summary>
    public int Columns { get; } = ((transposed ? picture.Height : picture.Width) + unshuffle - 1) / unshuffle;

    /// <summary>Rows after the pixel-unshuffle.</summary>
    public int Rows { get; } = ((transposed ? picture.Width : picture.Height) + unshuffle - 1) / unshuffle;

    /// <summary>
    /// Fills one block of 16 channels of a row. Channel c · r² + i · r + j is sample c of the pixel at row i and column j of
    /// the r × r pixels that the pixel-unshuffle gathers, as in <c>torch.pixel_unshuffle</c>.
    /// </summary>
    public void Fill(PlainRows target, int block, int row)
    {
        var pixels = new Span<float>(target.Row(block, row), Columns * PlainRows.Block);
        pixels.Clear();
        var area = unshuffle * unshuffle;
        for (var lane = 0; lane < PlainRows.Block; lane++)
        {
            var channel = block * PlainRows.Block + lane;
            if (channel >= inputChannels * area) return;
            var sample = Math.Min(channel / area, picture.ColorChannels - 1);
            var (down, right) = (channel % area / unshuffle, channel % unshuffle);
            if (transposed)
            {
                FillColumn(pixels[lane..], Reflection.Index(row * unshuffle + right, picture.Width), down, sample);
                continue;
            }

            var y = Reflection.Index(row * unshuffle + down, picture.Height);
            if (picture.Bits == 8)
            {
                var source = picture.Row8(y);
                for (var column = 0; column < Columns; column++)
                    pixels[column * PlainRows.Block + lane] =
                        _levels[source[Reflection.Index(column * unshuffle + right, picture.Width) * picture.Channels + sample]];
            }
            else
            {
                var source = picture.Row16(y);
                for (var column = 0; column < Columns; column++)
                    pixels[column * PlainRows.Block + lane] =
                        source[Reflection.Index(column * unshuffle + right, picture.Width) * picture.Channels + sample] / 65535f;
            }
        }
    }

    /// <summary>Every sixteenth float from the pixels of column <paramref name="x"/>.</summary>
    private void FillColumn(Span<float> pixels, int x, int down, int sample)
    {
        for (var column = 0; column < Columns; column++)
        {
            var y = Reflection.Index(column * unshuffle + down, picture.Height);
            var at = x * picture.Channels + sample;
            pixels[column * PlainRows.Block] = picture.Bits == 8 ? _levels[picture.Row8(y)[at]] : picture.Row16(y)[at] / 65535f;
        }
    }

    private static float[] LevelsOf(int bits) => bits == 8 ? [.. Enumerable.Range(0, 256).Select(level => level / 255f)] : [];
}
