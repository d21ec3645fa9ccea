using System.Runtime.InteropServices;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>The exact arithmetic with which rows are brought to what a format can hold, against decimal numbers.</summary>
public sealed class RowFitterTests
{
    [Fact]
    public void Alpha_over_white_is_rounded_to_the_nearest_in_8_bits()
    {
        for (var sample = 0; sample < 256; sample++)
        {
            for (var alpha = 0; alpha < 256; alpha++)
            {
                var fitted = Fit(2, 8, PictureFormat.Jpeg, [(byte)sample, (byte)alpha]);
                var exact = ((decimal)sample * alpha / 255) + 255 - alpha;
                Assert.True(fitted.Length == 1 && fitted[0] == decimal.Round(exact, MidpointRounding.AwayFromZero), $"{sample} at alpha {alpha}: {fitted[0]}, not {exact}");
            }
        }
    }

    [Fact]
    public void Alpha_over_white_is_rounded_once_from_16_bits()
    {
        var random = new Random(11);
        for (var round = 0; round < 100_000; round++)
        {
            ushort[] pixel = [(ushort)random.Next(65536), (ushort)random.Next(65536), 65535, round % 3 == 0 ? (ushort)65535 : (ushort)random.Next(65536)];
            var fitted = Fit(4, 16, PictureFormat.Jpeg, MemoryMarshal.AsBytes(pixel.AsSpan()));
            var exact = ((pixel[0] * (decimal)pixel[3] / 65535) + 65535 - pixel[3]) / 257;
            Assert.True(fitted[0] == decimal.Round(exact, MidpointRounding.AwayFromZero), $"{pixel[0]} at alpha {pixel[3]}: {fitted[0]}, not {exact}");
            Assert.Equal(255, fitted[2]);
        }
    }

    [Theory]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.WebP)]
    public void Sixteen_bits_become_the_nearest_eight(PictureFormat format)
    {
        for (var sample = 0; sample < 65536; sample++)
        {
            ushort[] pixel = [(ushort)sample, 0, 65535];
            var fitted = Fit(3, 16, format, MemoryMarshal.AsBytes(pixel.AsSpan()));
            Assert.Equal([(byte)decimal.Round(sample / 257m), 0, 255], fitted);
        }
    }

    [Fact]
    public void Grey_is_spread_for_webp()
    {
        Assert.Equal([7, 7, 7, 9, 9, 9], Fit(1, 8, PictureFormat.WebP, [7, 9]));
        Assert.Equal([7, 7, 7, 200, 9, 9, 9, 100], Fit(2, 8, PictureFormat.WebP, [7, 200, 9, 100]));
        ushort[] wide = [7 * 257, 200 * 257];
        Assert.Equal([7, 7, 7, 200], Fit(2, 16, PictureFormat.WebP, MemoryMarshal.AsBytes(wide.AsSpan())));
    }

    private static byte[] Fit(int channels, int bits, PictureFormat format, ReadOnlySpan<byte> row)
    {
        var width = row.Length / channels / (bits / 8);
        var fitter = new RowFitter(new ResultShape(width, 1, channels, bits, PictureMetadata.None), format);
        var fitted = new byte[width * fitter.Channels * (fitter.Bits / 8)];
        fitter.Fit(row, fitted);
        return fitted;
    }
}
