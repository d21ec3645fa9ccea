using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>EXIF blocks, honest and hostile.</summary>
public sealed class ExifBlockTests
{
    [Fact]
    public void Only_the_values_that_must_change_change()
    {
        var stored = Oracle.Python("sys.stdout.buffer.write(exif_with(6))");
        var block = ExifBlock.Normalise(stored)!;
        Assert.Equal(stored[6..], block);
        Assert.Equal(6, ExifBlock.Orientation(block));

        var before = (byte[])block.Clone();
        ExifBlock.MarkUpright(block);
        Assert.Equal(1, ExifBlock.Orientation(block));
        Assert.Equal(1, before.Zip(block).Count(pair => pair.First != pair.Second));

        // Pixel sizes of one byte each, and two rationals of eight.
        var result = ExifBlock.ForResult(block, 12, 8, 10, 20);
        Assert.InRange(block.Zip(result).Count(pair => pair.First != pair.Second), 4, 18);
        Assert.Equal((10, 20), ExifBlock.Resolution(result));
    }

    [Fact]
    public void Thumbnail_of_a_turned_picture_is_unlinked()
    {
        // One entry (orientation 3), then the link to a second directory.
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0, 26, 0, 0, 0, 0, 0];
        ExifBlock.MarkUpright(exif);
        Assert.Equal(1, ExifBlock.Orientation(exif));
        Assert.Equal(new byte[4], exif[22..26]);
    }

    [Fact]
    public void Both_byte_orders_and_types_of_the_tag_are_understood()
    {
        byte[] big = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0];
        byte[] asLong = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0];
        Assert.Equal((8, 5), (ExifBlock.Orientation(big), ExifBlock.Orientation(asLong)));
        ExifBlock.MarkUpright(big);
        ExifBlock.MarkUpright(asLong);
        Assert.Equal((1, 1), (ExifBlock.Orientation(big), ExifBlock.Orientation(asLong)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Exif\0\0")]
    [InlineData("II*\0")]
    [InlineData("II*\0\u0008\0\0\0")]
    [InlineData("MM\0*\u007f\u007f\u007f\u007f")]
    [InlineData("no EXIF block at all")]
    public void What_is_no_block_is_dropped(string stored) => Assert.Null(ExifBlock.Normalise(System.Text.Encoding.Latin1.GetBytes(stored)));

    [Fact]
    public void Lies_are_survived()
    {
        var stored = Oracle.Python("sys.stdout.buffer.write(exif_with(6))");
        var random = new Random(3);
        var kept = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var lie = stored[..(round % 3 == 0 ? random.Next(stored.Length) : stored.Length)];
            for (var i = 0; i < 1 + (round % 4) && lie.Length > 6; i++) lie[6 + random.Next(lie.Length - 6)] = (byte)random.Next(256);
            if (ExifBlock.Normalise(lie) is not { } block) continue;
            ExifBlock.MarkUpright(block);
            _ = ExifBlock.Resolution(block);
            Assert.Equal(block.Length, ExifBlock.ForResult(block, 10, 10, 3, 3).Length);
            kept++;
        }
        Assert.InRange(kept, 1000, 50_000);
    }
}
