using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>The contract of writers, kept by libvips, and the figures of its memory.</summary>
[Collection(nameof(RunsAlone))]
public sealed class VipsPictureWriterTests : PictureWriterContract
{
    protected override IPictureCodec Codec { get; } = new VipsCodec();

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
    public void Encoder_keeps_to_the_memory_that_is_foreseen(PictureFormat format, int width, int height, int channels, int bits) =>
        AssertKeepsToItsMemory(format, new(width, height, channels, bits, PictureMetadata.None));

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
            .Select(field => Oracle.Vips("vipsheader", "-f", field, In("large.png")))));
    }

    [Fact]
    public void Turned_picture_is_read_without_a_second_copy()
    {
        var path = In("turned.jpg");
        Oracle.Python("Image.new('RGB', (7000, 5000), (200, 100, 50)).save(sys.argv[1], exif=exif_with(6))", null, path);
        var before = Memory.ResetPeak();
        var picture = Codec.Read(path, 100_000_000, CancellationToken.None);

        Assert.Equal((5000, 7000), (picture.Width, picture.Height));
        Assert.InRange(Memory.Peak() - before, picture.Bytes.Length / 2, picture.Bytes.Length + 48_000_000);
    }

    private protected override IPictureWriter Begin(ResultFile file, ResultShape shape, EncodeOptions options) => new VipsPictureWriter(file, shape, options);
}
