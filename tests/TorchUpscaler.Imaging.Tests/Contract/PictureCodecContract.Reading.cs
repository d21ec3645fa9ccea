using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

public abstract partial class PictureCodecContract
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Png_of_every_kind_is_read_to_the_bit(int channels, int bits)
    {
        var pixels = Pixels.Noise(47, 39, channels, bits);
        var path = In("noise.png");
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", pixels, path);

        AssertSame(pixels, Read(path));
        Assert.Equal(new PictureHeader(47, 39, channels, bits, PictureFormat.Png), Codec.ReadHeader(path));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3000)]
    [InlineData(3000, 1)]
    [InlineData(17, 16)]
    [InlineData(16, 33)]
    public void Png_of_every_size_is_read_to_the_bit(int width, int height)
    {
        var pixels = Pixels.Noise(width, height, 3, 8);
        var path = In("noise.png");
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", pixels, path);

        AssertSame(pixels, Read(path));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 8)]
    [InlineData(4, 16)]
    public void Interlaced_png_is_read_to_the_bit(int channels, int bits)
    {
        var pixels = Pixels.Noise(45, 31, channels, bits);
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", pixels, In("plain.png"));
        Oracle.Vips("vips", "pngsave", In("plain.png"), In("interlaced.png"), "--interlace");

        AssertSame(pixels, Read(In("interlaced.png")));
    }

    [Theory]
    [InlineData("im = Image.fromarray(p[:, :, 0] > 127)", "L")]
    [InlineData("im = image_of(p).convert('P', palette=Image.ADAPTIVE, colors=200)", "RGB")]
    [InlineData("im = image_of(p).convert('P', palette=Image.ADAPTIVE, colors=4)", "RGB")]
    [InlineData("im = image_of(p).convert('P', palette=Image.ADAPTIVE, colors=9); options = dict(transparency=bytes(range(0, 90, 10)))", "RGBA")]
    [InlineData("im = image_of(p); options = dict(transparency=tuple(p[3, 4].tolist()))", "RGBA")]
    public void Palette_one_bit_and_colour_key_png_are_spread_out(string make, string mode)
    {
        var path = In("packed.png");
        var expected = Oracle.PythonPixels($"""
            p = received(); options = dict()
            {make}
            im.save(sys.argv[1], **options)
            emit(np.asarray(Image.open(sys.argv[1]).convert('{mode}')))
            """, Pixels.Noise(37, 21, 3, 8), path);

        AssertSame(expected, Read(path));
        Assert.Equal(expected.Channels, Codec.ReadHeader(path).Channels);
    }

    [Theory]
    [InlineData("RGB", "quality=90, subsampling=0")]
    [InlineData("RGB", "quality=80, subsampling=2")]
    [InlineData("RGB", "quality=85, progressive=True")]
    [InlineData("L", "quality=90")]
    public void Jpeg_is_read_as_other_programs_do(string mode, string options)
    {
        var path = In("photo.jpg");
        var expected = Oracle.PythonPixels($"""
            image_of(received()).convert('{mode}').save(sys.argv[1], {options})
            emit(np.asarray(Image.open(sys.argv[1])))
            """, Pixels.Smooth(95, 61, 3), path);

        var actual = Of(Read(path));
        AssertClose(expected, actual, 0.5);
        Assert.Equal(new PictureHeader(95, 61, expected.Channels, 8, PictureFormat.Jpeg), Codec.ReadHeader(path));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Lossless_webp_is_read_to_the_bit(int channels)
    {
        var pixels = Pixels.Noise(33, 27, channels, 8);
        Oracle.Python("image_of(received()).save(sys.argv[1], lossless=True, exact=True)", pixels, In("noise.webp"));

        AssertSame(pixels, Read(In("noise.webp")));
        Assert.Equal(PictureFormat.WebP, Codec.ReadHeader(In("noise.webp")).Format);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("tif")]
    public void Cmyk_becomes_rgb(string extension)
    {
        // Paper white, ink black and the three inks; a press's gamut is smaller than a screen's, so the bounds are wide.
        var path = In("press." + extension);
        Oracle.Python("""
            inks = np.zeros((16, 80, 4), np.uint8)
            inks[:, 16:32, 3] = 255
            for i in range(3):
                inks[:, 32 + 16 * i:48 + 16 * i, i] = 255
            Image.fromarray(inks, 'CMYK').save(sys.argv[1], **(dict(quality=100, subsampling=0) if sys.argv[1].endswith('jpg') else {}))
            """, null, path);

        var picture = Read(path);
        Assert.Equal((80, 16, 3, 8), (picture.Width, picture.Height, picture.Channels, picture.Bits));
        Assert.Null(picture.Metadata.IccProfile);
        var row = picture.Row8(8).ToArray();
        (int R, int G, int B) At(int patch) => (row[((patch * 16) + 8) * 3], row[(((patch * 16) + 8) * 3) + 1], row[(((patch * 16) + 8) * 3) + 2]);
        Assert.True(At(0) is { R: > 245, G: > 245, B: > 245 }, $"white is {At(0)}");
        Assert.True(At(1) is { R: < 70, G: < 70, B: < 70 }, $"black is {At(1)}");
        Assert.True(At(2) is { R: < 60, G: > 120, B: > 180 }, $"cyan is {At(2)}");
        Assert.True(At(3) is { R: > 180, G: < 60, B: > 90 }, $"magenta is {At(3)}");
        Assert.True(At(4) is { R: > 220, G: > 200, B: < 80 }, $"yellow is {At(4)}");
    }

    [Theory]
    [InlineData("jpg", "quality=95")]
    [InlineData("png", "")]
    [InlineData("webp", "lossless=True")]
    public void Every_orientation_is_applied_once(string extension, string options)
    {
        var expected = Oracle.PythonAllPixels($"""
            from PIL import ImageOps
            image = image_of(received())
            for orientation in range(1, 9):
                path = f'{In("turned")}{"{orientation}"}.{extension}'
                image.save(path, exif=exif_with(orientation), {options})
                emit(np.asarray(ImageOps.exif_transpose(Image.open(path))))
            """, Pixels.Smooth(70, 45, 3));

        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var path = In($"turned{orientation}.{extension}");
            var header = Codec.ReadHeader(path);
            var picture = Read(path);
            Assert.Equal((expected[orientation - 1].Width, expected[orientation - 1].Height), (header.Width, header.Height));
            AssertClose(expected[orientation - 1], Of(picture), 0.5);
            Write(In($"result{orientation}.png"), Of(picture), new(PictureFormat.Png), picture.Metadata);
        }
        Assert.Equal("(1, 'A camera')", Oracle.PythonText($"""
            tags = [Image.open(f'{In("result")}{"{orientation}"}.png').getexif() for orientation in range(1, 9)]
            print(*set((tag[0x0112], tag[0x010F]) for tag in tags))
            """));
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 8)]
    [InlineData(4, 8)]
    [InlineData(1, 16)]
    [InlineData(3, 16)]
    [InlineData(4, 16)]
    public void Orientation_turns_pixels_of_every_kind(int channels, int bits)
    {
        var expected = Oracle.PythonAllPixels($$"""
            p = received()
            turns = [lambda a: a, np.fliplr, lambda a: a[::-1, ::-1], np.flipud, lambda a: a.swapaxes(0, 1),
                     lambda a: np.rot90(a, -1), lambda a: a[::-1, ::-1].swapaxes(0, 1), lambda a: np.rot90(a, 1)]
            for i, turn in enumerate(turns):
                exif = chunk(b'eXIf', exif_with(i + 1)[6:])
                open(f'{{In("turned")}}{i + 1}.png', 'wb').write(png_of(p, exif))
                emit(turn(p))
            """, Pixels.Noise(37, 50, channels, bits));

        for (var orientation = 1; orientation <= 8; orientation++)
            AssertSame(expected[orientation - 1], Read(In($"turned{orientation}.png")));
    }

    [Theory]
    [InlineData("Image.fromarray(p[:, :, 0])", 8)]
    [InlineData("image_of(p)", 8)]
    [InlineData("image_of(p).convert('RGBA')", 8)]
    [InlineData("Image.fromarray(p[:, :, 0].astype(np.uint16) * 257)", 16)]
    [InlineData("Image.fromarray(p[:, :, 0] > 127)", 8)]
    public void Tiff_is_read_to_the_bit(string make, int bits)
    {
        var expected = Oracle.PythonPixels($"""
            p = received()
            {make}.save(sys.argv[1], compression='tiff_lzw' if {bits} == 8 else None)
            pixels = np.asarray(Image.open(sys.argv[1]))
            emit(pixels.astype(np.uint16) if {bits} == 16 else pixels.astype(np.uint8) * (255 if pixels.dtype == bool else 1))
            """, Pixels.Noise(37, 21, 3, 8), In("in.tif"));

        AssertSame(expected, Read(In("in.tif")));
        PictureFormat? own = IsRefused(PictureFormat.Tiff) ? null : PictureFormat.Tiff;
        Assert.Equal(own, Codec.ReadHeader(In("in.tif")).Format);
    }

    [Fact]
    public void First_frame_of_a_gif_is_read()
    {
        var expected = Oracle.PythonPixels("""
            frames = [image_of(received()).quantize(50), Image.new('P', (37, 21))]
            # Optimised, new Pillows make what stays the same in the second frame transparent, and the picture has four channels.
            frames[0].save(sys.argv[1], save_all=True, append_images=frames[1:], optimize=False)
            emit(np.asarray(Image.open(sys.argv[1]).convert('RGB')))
            """, Pixels.Noise(37, 21, 3, 8), In("in.gif"));

        AssertSame(expected, Read(In("in.gif")));
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        Oracle.Python("Image.linear_gradient('L').resize((9000, 7000)).convert('RGB').save(sys.argv[1], compress_level=1)", null, In("large.png"));

        using var early = new CancellationTokenSource();
        early.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Codec.Read(In("large.png"), NoLimit, early.Token));
        // A thread of its own: the pool's may all be busy, and the picture be read before a timer's turn comes.
        using var late = new CancellationTokenSource();
        var canceller = new Thread(() =>
        {
            Thread.Sleep(20);
            late.Cancel();
        });
        canceller.Start();
        Assert.ThrowsAny<OperationCanceledException>(() => Codec.Read(In("large.png"), NoLimit, late.Token));
        canceller.Join();
    }
}
