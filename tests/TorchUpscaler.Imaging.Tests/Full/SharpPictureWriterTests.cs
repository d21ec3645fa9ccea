using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Full;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests.Full;

/// <summary>The contract of writers, kept by ImageSharp, and the figures of its memory.</summary>
[Collection(nameof(RunsAlone))]
public sealed class SharpPictureWriterTests : PictureWriterContract
{
    protected override IPictureCodec Codec { get; } = new ImageSharpCodec();

    // A PNG is encoded while its rows come, and nothing is left to do when they have.
    [Theory]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.WebP)]
    public async Task Result_that_is_given_up_while_it_is_encoded_is_gone_at_once(PictureFormat format)
    {
        var pixels = Pixels.Noise(4000, 3000, 3, 8);
        var writer = Codec.Create(In("out"), new(4000, 3000, 3, 8, PictureMetadata.None), new(format));
        writer.Write(pixels.Bytes, 3000);
        var completing = Task.Run(writer.Complete);
        await Task.Delay(30);
        writer.Dispose();

        Assert.Empty(FilesLeft);
        var error = await Record.ExceptionAsync(() => completing);
        Assert.True(error is IOException or ObjectDisposedException, $"{error}");
    }

    [Theory]
    [InlineData(40_000, 40_000, 3)]
    [InlineData(65_500, 65_500, 4)]
    public void Result_that_the_encoder_would_not_hold_is_refused_at_once(int width, int height, int channels)
    {
        var error = Assert.Throws<PictureException>(() => Codec.Create(In("out"), new(width, height, channels, 8, PictureMetadata.None), new(PictureFormat.Jpeg)));
        Assert.EndsWith($"a JPEG of {width}×{height} pixels is larger than ImageSharp can write; write PNG instead, or choose a smaller scale", error.Message, StringComparison.Ordinal);
        Assert.Empty(FilesLeft);
    }

    [Theory]
    [InlineData(PictureFormat.Png, 4000, 3000, 3, 8)]
    [InlineData(PictureFormat.Png, 1500, 1000, 4, 16)]
    [InlineData(PictureFormat.Png, 900, 600, 1, 8)]
    [InlineData(PictureFormat.Png, 1_000_000, 3, 4, 16)]
    [InlineData(PictureFormat.Jpeg, 4000, 3000, 3, 8)]
    [InlineData(PictureFormat.Jpeg, 3000, 2000, 1, 8)]
    [InlineData(PictureFormat.Jpeg, 65000, 100, 4, 16)]
    [InlineData(PictureFormat.WebP, 1500, 1000, 3, 8)]
    [InlineData(PictureFormat.WebP, 1500, 1000, 4, 8)]
    [InlineData(PictureFormat.WebP, 16383, 60, 2, 16)]
    public void Encoder_keeps_to_the_memory_that_is_foreseen(PictureFormat format, int width, int height, int channels, int bits)
    {
        Forget();
        AssertKeepsToItsMemory(format, new(width, height, channels, bits, PictureMetadata.None));
    }

    [Theory]
    [InlineData(PictureFormat.Png, 8000, 6000, 3, 8)]
    [InlineData(PictureFormat.Jpeg, 8000, 6000, 3, 8)]
    [InlineData(PictureFormat.WebP, 4000, 3000, 3, 8)]
    [InlineData(PictureFormat.WebP, 3000, 2000, 4, 8)]
    [Trait("Length", "Long")]
    public void So_it_does_for_large_pictures(PictureFormat format, int width, int height, int channels, int bits) =>
        Encoder_keeps_to_the_memory_that_is_foreseen(format, width, height, channels, bits);

    [Theory]
    [InlineData("jpg", "quality=90", 3)]
    [InlineData("jpg", "quality=90, progressive=True", 3)]
    [InlineData("jpg", "quality=90, progressive=True, subsampling=0", 3)]
    [InlineData("jpg", "quality=90, exif=exif_with(6)", 3)]
    [InlineData("png", "compress_level=1", 4)]
    [InlineData("webp", "quality=90, method=0", 3)]
    [InlineData("webp", "quality=90, method=0", 4)]
    [InlineData("webp", "lossless=True, method=0, quality=0", 3)]
    [InlineData("tif", "", 3)]
    [InlineData("tif", "compression='tiff_deflate'", 3)]
    public void Decoder_keeps_to_the_memory_that_is_foreseen(string extension, string options, int channels)
    {
        var path = In("large." + extension);
        Oracle.Python($"""
            coarse = np.random.default_rng(7).integers(0, 256, (201, 301, {channels}), np.uint8)
            Image.fromarray(coarse).resize((3000, 2000), Image.BICUBIC).save(sys.argv[1], {options})
            """, null, path);
        Forget();

        var before = Memory.ResetPeak();
        var picture = Codec.Read(path, 100_000_000, CancellationToken.None);
        var peak = Memory.Peak() - before;
        Assert.InRange(peak, picture.Bytes.Length / 2, Codec.DecoderBytes(Codec.ReadHeader(path)));
    }

    private protected override IPictureWriter Begin(ResultFile file, ResultShape shape, EncodeOptions options) =>
        options.Format == PictureFormat.Png ? new PngRowWriter(file, shape, options) : new SharpPictureWriter(file, shape, options);

    // Memory that is held from before would be filled anew, unseen.
    private static void Forget() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
