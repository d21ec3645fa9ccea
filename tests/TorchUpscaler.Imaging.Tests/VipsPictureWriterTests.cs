using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>What only this writer can be asked: a full disk, and memory.</summary>
[Collection(nameof(RunsAlone))]
public sealed class VipsPictureWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("writer").FullName;

    public VipsPictureWriterTests() => VipsLibrary.Start();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.WebP)]
    public void Full_disk_is_an_error_and_not_a_hang(PictureFormat format)
    {
        var pixels = Pixels.Noise(500, 2000, 3, 8);
        using var writer = new VipsPictureWriter(FullDisk.File(_folder), Shape(pixels), new(format));
        var error = Assert.ThrowsAny<IOException>(() =>
        {
            for (var y = 0; y < pixels.Height; y += 10) writer.Write(pixels.Bytes.AsSpan(y * pixels.RowBytes, 10 * pixels.RowBytes), 10);
            writer.Complete();
        });

        Assert.EndsWith("out.png' cannot be written: the disk is full; free some space or choose another folder", error.Message);
        Assert.ThrowsAny<IOException>(writer.Complete);
        writer.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Full_disk_is_an_error_when_everything_was_still_buffered()
    {
        using var writer = new VipsPictureWriter(FullDisk.File(_folder), Shape(Pixels.Noise(5, 5, 3, 8)), new(PictureFormat.Png));
        writer.Write(Pixels.Noise(5, 5, 3, 8).Bytes, 5);
        Assert.Contains("the disk is full", Assert.ThrowsAny<IOException>(writer.Complete).Message);
    }

    [Theory]
    [InlineData(PictureFormat.Png, 12000, 1000, 3, 8)]
    [InlineData(PictureFormat.Png, 30000, 300, 4, 16)]
    [InlineData(PictureFormat.Png, 200_000, 100, 3, 8)]
    [InlineData(PictureFormat.Png, 1_000_000, 10, 4, 16)]
    [InlineData(PictureFormat.Jpeg, 12000, 1000, 3, 8)]
    [InlineData(PictureFormat.Jpeg, 65000, 300, 4, 16)]
    [InlineData(PictureFormat.WebP, 3000, 1500, 3, 8)]
    [InlineData(PictureFormat.WebP, 3000, 1500, 4, 8)]
    [InlineData(PictureFormat.WebP, 16383, 200, 2, 16)]
    [InlineData(PictureFormat.Tiff, 12000, 1000, 3, 8)]
    [InlineData(PictureFormat.Tiff, 30000, 300, 4, 16)]
    [InlineData(PictureFormat.Tiff, 200_000, 100, 3, 8)]
    [InlineData(PictureFormat.Avif, 900, 600, 4, 8)]
    public void Encoder_keeps_to_the_memory_that_is_foreseen(PictureFormat format, int width, int height, int channels, int bits)
    {
        var shape = new ResultShape(width, height, channels, bits, PictureMetadata.None);

        Assert.InRange(PeakOfNoise("large", format, shape), 0, EncoderMemory.Bytes(format, shape));
    }

    [Theory]
    [InlineData(PictureFormat.Avif, 3000, 2000, 3, 8)]
    [InlineData(PictureFormat.Avif, 2000, 1500, 4, 16)]
    [InlineData(PictureFormat.Avif, 16384, 200, 2, 8)]
    [InlineData(PictureFormat.WebP, 4000, 3000, 4, 8)]
    [Trait("Length", "Long")]
    public void So_it_does_for_large_pictures(PictureFormat format, int width, int height, int channels, int bits) =>
        Encoder_keeps_to_the_memory_that_is_foreseen(format, width, height, channels, bits);

    [Theory]
    [InlineData(PictureFormat.Png, 30000, 20, 4, 16, 32)]
    [InlineData(PictureFormat.Png, 200_000, 100, 3, 8, 96)]
    [InlineData(PictureFormat.Png, 1_000_000, 1, 4, 16, 96)]
    [InlineData(PictureFormat.Jpeg, 65000, 8, 4, 16, 24)]
    public void Memory_that_is_foreseen_follows_the_rows_that_there_are(PictureFormat format, int width, int height, int channels, int bits, int megabytes) =>
        Assert.InRange(EncoderMemory.Bytes(format, new(width, height, channels, bits, PictureMetadata.None)), 0, megabytes * 1_000_000L);

    [Fact]
    [Trait("Length", "Long")]
    public void Largest_result_in_png_needs_less_than_100_megabytes()
    {
        Assert.InRange(PeakOfNoise("large.png", PictureFormat.Png, new(24000, 16000, 3, 8, PictureMetadata.None)), 0, 100_000_000);
        Assert.Equal("24000 16000 3", string.Join(' ', new[] { "width", "height", "bands" }
            .Select(field => Oracle.Vips("vipsheader", "-f", field, Path.Combine(_folder, "large.png")))));
    }

    [Fact]
    public void Turned_picture_is_read_without_a_second_copy()
    {
        var path = Path.Combine(_folder, "turned.jpg");
        Oracle.Python("Image.new('RGB', (7000, 5000), (200, 100, 50)).save(sys.argv[1], exif=exif_with(6))", null, path);
        var codec = new VipsCodec();
        var before = Memory.ResetPeak();
        var picture = codec.Read(path, 100_000_000, CancellationToken.None);

        Assert.Equal((5000, 7000), (picture.Width, picture.Height));
        Assert.InRange(Memory.Peak() - before, picture.Bytes.Length / 2, picture.Bytes.Length + 48_000_000);
    }

    private long PeakOfNoise(string name, PictureFormat format, ResultShape shape) =>
        Memory.OfEncodingNoise(new VipsCodec(), Path.Combine(_folder, name), format, shape);

    private static ResultShape Shape(Pixels pixels) =>
        new(pixels.Width, pixels.Height, pixels.Channels, pixels.Bits, PictureMetadata.None);
}
