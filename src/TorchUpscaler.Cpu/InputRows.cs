using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>The picture as conv_first reads it: floats from 0 to 1, grey repeated, padded by reflection and pixel-unshuffled.</summary>
internal sealed unsafe class InputRows(Picture picture, int inputChannels, int unshuffle)
{
    private readonly float[] _levels = LevelsOf(picture.Bits); // value of each 8-bit sample

    /// <summary>Columns after the pixel-unshuffle.</summary>
    public int Columns { get; } = (picture.Width + unshuffle - 1) / unshuffle;

    /// <summary>Rows after the pixel-unshuffle.</summary>
    public int Rows { get; } = (picture.Height + unshuffle - 1) / unshuffle;

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
            var y = Reflect(row * unshuffle + channel % area / unshuffle, picture.Height);
            var right = channel % unshuffle;
            if (picture.Bits == 8)
            {
                var source = picture.Row8(y);
                for (var column = 0; column < Columns; column++)
                    pixels[column * PlainRows.Block + lane] =
                        _levels[source[Reflect(column * unshuffle + right, picture.Width) * picture.Channels + sample]];
            }
            else
            {
                var source = picture.Row16(y);
                for (var column = 0; column < Columns; column++)
                    pixels[column * PlainRows.Block + lane] =
                        source[Reflect(column * unshuffle + right, picture.Width) * picture.Channels + sample] / 65535f;
            }
        }
    }

    /// <summary>The index that stands for one behind the end, as <c>numpy.pad(mode="reflect")</c> has it; a side of 1 repeats its pixel.</summary>
    internal static int Reflect(int index, int length)
    {
        if (index < length) return index;
        if (length == 1) return 0;
        index %= 2 * (length - 1);
        return index < length ? index : 2 * (length - 1) - index;
    }

    private static float[] LevelsOf(int bits) => bits == 8 ? [.. Enumerable.Range(0, 256).Select(level => level / 255f)] : [];
}
