using TorchUpscaler.Imaging.Metadata;
using TorchUpscaler.Imaging.Writing;

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
    public void Thumbnail_is_unlinked()
    {
        // One entry (orientation 3), then the link to a second directory.
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0, 26, 0, 0, 0, 0, 0];
        var without = ExifBlock.WithoutThumbnail(exif)!;
        Assert.Equal(new byte[4], without[22..26]);
        Assert.Equal(exif[..22], without[..22]);
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

    // The place and the thumbnail are not only unlinked: their bytes are gone.
    [Theory]
    [InlineData("II")]
    [InlineData("MM")]
    public void Nothing_is_left_of_the_place_and_the_thumbnail(string order)
    {
        var stored = Oracle.Python($"sys.stdout.buffer.write(exif_of_order('{order}'))");
        var block = ExifBlock.Normalise(stored)!;
        string Text(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);
        Assert.All(new[] { "SECRETPLACE", "SECRETPICTURE", "A camera", "2026:01:02" }, text => Assert.Contains(text, Text(block), StringComparison.Ordinal));

        var clean = ExifBlock.WithoutPlace(ExifBlock.WithoutThumbnail(block)!)!;

        Assert.All(new[] { "SECRETPLACE", "SECRETPICTURE" }, text => Assert.DoesNotContain(text, Text(clean), StringComparison.Ordinal));
        Assert.Equal("A camera 2026:01:02 03:04:05 False False", System.Text.Encoding.UTF8.GetString(Oracle.Python("""
            exif = Image.Exif()
            exif.load(bytes(received().reshape(-1)))
            print(exif[0x0110], exif.get_ifd(0x8769)[0x9003], 0x8825 in exif, bool(exif.get_ifd(1)))
            """, new Pixels(clean.Length, 1, 1, 8, clean))).Trim());
    }

    [Fact]
    public void Nothing_is_left_of_the_place_that_a_thumbnails_directory_leads_to()
    {
        // Orientation and EXIF's own directory in the first; that one and a place in the thumbnail's, and a text in the place's.
        byte[] exif =
        [
            .. "II*\0"u8, 8, 0, 0, 0,
            2, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 56, 0, 0, 0,
            1, 0, 0, 0x90, 7, 0, 4, 0, 0, 0, .. "0232"u8, 0, 0, 0, 0,
            2, 0, 0x69, 0x87, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0x25, 0x88, 4, 0, 1, 0, 0, 0, 86, 0, 0, 0, 0, 0, 0, 0,
            1, 0, 0x12, 0, 2, 0, 12, 0, 0, 0, 104, 0, 0, 0, 0, 0, 0, 0,
            .. "SECRETPLACE\0"u8,
        ];

        var without = ExifBlock.WithoutThumbnail(exif)!;

        Assert.All(without[56..], value => Assert.Equal(0, value));
        Assert.Equal(exif[..34], without[..34]);
        Assert.Equal(exif[38..56], without[38..56]); // what the picture's own directory leads to as well
    }

    [Fact]
    public void A_block_in_TIFF_and_back_says_the_same()
    {
        foreach (var order in new[] { "II", "MM" })
        {
            var block = ExifBlock.Normalise(Oracle.Python($"sys.stdout.buffer.write(exif_of_order('{order}'))"))!;
            using var stream = new MemoryStream(block);
            var moved = TiffDirectory.Carried(TiffFile.Open(stream)!).ToBlock();
            Assert.Equal("A camera 2026:01:02 03:04:05 SECRETPLACE", System.Text.Encoding.UTF8.GetString(Oracle.Python("""
                exif = Image.Exif()
                exif.load(bytes(received().reshape(-1)))
                print(exif[0x0110], exif.get_ifd(0x8769)[0x9003], exif.get_ifd(0x8825)[0x12])
                """, new Pixels(moved.Length, 1, 1, 8, moved))).Trim());
        }
    }

    // A result beyond 4 GB is a BigTIFF; what is written at its end lies there, too.
    [Fact]
    public void A_BigTIFF_is_ended_like_any_other()
    {
        var folder = Directory.CreateTempSubdirectory("big").FullName;
        try
        {
            var path = Path.Combine(folder, "big.tif");
            Oracle.Vips("vips", "black", Path.Combine(folder, "black.v"), "30", "20", "--bands", "3");
            Oracle.Vips("vips", "tiffsave", Path.Combine(folder, "black.v"), path, "--bigtiff");
            var exif = ExifBlock.Normalise(Oracle.Python("sys.stdout.buffer.write(exif_of_order('MM'))"))!;
            using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite)) new TiffEnd(new ResultMetadata([1, 2, 3], exif, 10, 20)).Finish(file);

            Assert.Equal("30", Oracle.Vips("vipsheader", "-f", "width", path));
            using var written = File.OpenRead(path);
            var tiff = TiffFile.Open(written)!;
            Assert.True(tiff.IsBig);
            using var moved = new MemoryStream(TiffDirectory.Carried(tiff).ToBlock());
            Assert.Equal("A camera 2026:01:02 03:04:05 SECRETPLACE", System.Text.Encoding.UTF8.GetString(Oracle.Python("""
                exif = Image.Exif()
                exif.load(bytes(received().reshape(-1)))
                print(exif[0x0110], exif.get_ifd(0x8769)[0x9003], exif.get_ifd(0x8825)[0x12])
                """, new Pixels((int)moved.Length, 1, 1, 8, moved.ToArray()))).Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(4_000_000_000, false)]
    [InlineData(4_300_000_000, true)]
    public void BigTIFF_is_written_only_where_it_is_needed(long pixelBytes, bool isBig) => Assert.Equal(isBig, TiffEnd.NeedsBig(pixelBytes));

    [Fact]
    public void Lies_are_survived()
    {
        var stored = Oracle.Python("sys.stdout.buffer.write(exif_of_order('II'))");
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
            if (ExifBlock.WithoutThumbnail(block) is { } small) Assert.InRange(small.Length, 8, block.Length);
            if (ExifBlock.WithoutPlace(block) is { } nowhere) Assert.Equal(block.Length, nowhere.Length);
            using var stream = new MemoryStream(block);
            if (TiffFile.Open(stream) is { } file) _ = TiffDirectory.Carried(file).ToBlock();
            kept++;
        }
        Assert.InRange(kept, 1000, 50_000);
    }
}
