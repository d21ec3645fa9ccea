using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

public abstract partial class PictureCodecContract
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 16)]
    [InlineData(3, 8)]
    [InlineData(3, 16)]
    [InlineData(4, 8)]
    public void A_file_written_anew_is_what_its_pixels_would_have_been_written_as(int channels, int bits)
    {
        var pixels = Pixels.Noise(53, 71, channels, bits);
        Write(In("result.png"), pixels, new(PictureFormat.Png));
        foreach (var options in (EncodeOptions[])[new(PictureFormat.Jpeg, 60), new(PictureFormat.Jpeg, 95), new(PictureFormat.WebP, 80), new(PictureFormat.Png)])
        {
            Write(In("expected"), pixels, options);

            Codec.Recode(In("result.png"), In("anew"), options, CancellationToken.None);

            AssertSameBytes(File.ReadAllBytes(In("expected")), File.ReadAllBytes(In("anew")));
        }
        AssertSame(pixels, Read(In("result.png"))); // as it was
    }

    [Fact]
    public void What_cannot_be_written_anew_by_rows_is_refused_and_leaves_nothing_behind()
    {
        Oracle.Python("Image.new('RGB', (40, 30)).save(sys.argv[1], exif=b'Exif\\0\\0MM\\0*\\0\\0\\0\\x08\\0\\x01\\x01\\x12\\0\\x03\\0\\0\\0\\x01\\0\\x06\\0\\0\\0\\0\\0\\0')", null, In("turned.jpg"));
        File.WriteAllText(In("text.png"), "no picture");
        Write(In("whole.png"), Pixels.Noise(50, 60, 3, 8), new(PictureFormat.Png));
        File.WriteAllBytes(In("cut.png"), File.ReadAllBytes(In("whole.png"))[..3000]);
        var before = FilesLeft();

        Assert.Contains("upright", Refusal(() => Recode("turned.jpg")), StringComparison.Ordinal);
        Refusal(() => Recode("text.png"));
        Refusal(() => Recode("cut.png"));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Codec.Recode(In("whole.png"), In("anew.jpg"), new(PictureFormat.Jpeg), cancelled.Token));

        Assert.Equal(before, FilesLeft());

        void Recode(string name) => Codec.Recode(In(name), In("anew.jpg"), new(PictureFormat.Jpeg), CancellationToken.None);
    }
}
