using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

public abstract partial class PictureCodecContract
{
    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(2, 8, 2)]
    [InlineData(3, 8, 5)]
    [InlineData(4, 8, 16)]
    [InlineData(1, 16, 17)]
    [InlineData(2, 16, 300)]
    [InlineData(3, 16, 31)]
    [InlineData(4, 16, 7)]
    public void Png_of_every_kind_is_written_to_the_bit(int channels, int bits, int chunk)
    {
        var pixels = Pixels.Noise(53, 71, channels, bits);
        Write(In("out.png"), pixels, new(PictureFormat.Png), chunk: chunk);

        AssertSame(pixels, Oracle.PythonPixels("emit(decode_png(sys.argv[1]))", null, In("out.png")));
        AssertSame(pixels, Read(In("out.png")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tiff_of_every_kind_is_written_to_the_bit(int channels, int bits)
    {
        if (IsRefused(PictureFormat.Tiff)) return;
        var pixels = Pixels.Noise(53, 371, channels, bits);
        Write(In("out.tif"), pixels, new(PictureFormat.Tiff), chunk: 31);

        Oracle.Vips("vips", "copy", In("out.tif"), In("out.png"));
        AssertSame(pixels, Oracle.PythonPixels("emit(decode_png(sys.argv[1]))", null, In("out.png")));
        AssertSame(pixels, Read(In("out.tif")));
        Assert.Equal(PictureFormat.Tiff, Codec.ReadHeader(In("out.tif")).Format);
        Assert.Equal("8 2", Oracle.PythonText("tags = tiff_tags(sys.argv[1]); print(tags[259], tags[317])", In("out.tif"))); // deflate, and its predictor
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(1)]
    public void Avif_is_written_close_to_the_picture(int channels)
    {
        if (IsRefused(PictureFormat.Avif)) return;
        var pixels = Pixels.Smooth(120, 90, channels);
        Write(In("out.avif"), pixels, new(PictureFormat.Avif, 95));
        var sharp = new FileInfo(In("out.avif")).Length;

        var read = Oracle.PythonPixels($"emit(np.asarray(opened(sys.argv[1]).convert('{(channels == 1 ? "L" : channels == 3 ? "RGB" : "RGBA")}')))", null, In("out.avif"));
        AssertClose(pixels, read, 2);
        if (channels == 1)
        {
            var tint = Oracle.PythonText("rgb = np.asarray(opened(sys.argv[1]).convert('RGB')).astype(int); print((rgb.max(2) - rgb.min(2)).max())", In("out.avif"));
            Assert.Equal("0", tint);
        }
        Assert.Equal(PictureFormat.Avif, Codec.ReadHeader(In("out.avif")).Format);
        Write(In("out.avif"), pixels, new(PictureFormat.Avif, 20));
        Assert.InRange(new FileInfo(In("out.avif")).Length, 1, sharp - 1);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(85)]
    [InlineData(95)]
    public void The_lossy_formats_look_alike_at_one_quality(int quality)
    {
        var photo = Oracle.PythonPixels("emit(np.asarray(Image.open(sys.argv[1]).convert('RGB').resize((512, 512), Image.LANCZOS)))", null, Photo());
        PictureFormat[] lossy = [.. ((PictureFormat[])[PictureFormat.Jpeg, PictureFormat.WebP, PictureFormat.Avif]).Where(format => !IsRefused(format))];
        foreach (var format in lossy) Write(In($"{format}"), photo, new(format, quality));

        // Decibels in brightness.
        var seen = Oracle.Python("""
            photo = received() @ np.array([0.299, 0.587, 0.114])
            for path in sys.argv[1:]:
                error = np.asarray(opened(path).convert('RGB')) @ np.array([0.299, 0.587, 0.114]) - photo
                print(10 * np.log10(255 ** 2 / (error ** 2).mean()))
            """, photo, [.. lossy.Select(format => In($"{format}"))]);
        var decibels = System.Text.Encoding.UTF8.GetString(seen).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.All(decibels, other => Assert.InRange(other - decibels[0], -1.5, 2));
    }

    // A profile of gamma 1.0 makes every grey much lighter than sRGB's curve: it has to be applied where it cannot be carried.
    [Theory]
    [InlineData(PictureFormat.WebP, 8)]
    [InlineData(PictureFormat.WebP, 16)]
    [InlineData(PictureFormat.Avif, 8)]
    public void Grey_in_a_profile_of_its_own_becomes_srgb_where_the_format_has_no_grey(PictureFormat format, int bits)
    {
        if (IsRefused(format)) return;
        var profile = Oracle.Python("sys.stdout.buffer.write(grey_profile(1.0))");
        var flat = new Pixels(64, 64, 1, bits, [.. Enumerable.Repeat((byte)0x40, 64 * 64 * bits / 8)]);
        Write(In("out"), flat, new(format), new PictureMetadata { IccProfile = profile });

        // sRGB's curve at 64 of 255: 0.537.
        var seen = Oracle.PythonPixels("emit(np.asarray(opened(sys.argv[1]).convert('RGB')))", null, In("out"));
        Assert.All(seen.Bytes, level => Assert.InRange(level, 134, 140));
        Assert.Null(Read(In("out")).Metadata.IccProfile);
    }

    [Fact]
    public void Pictures_of_every_size_are_written()
    {
        var sizes = new[] { (1, 1), (1, 5000), (5000, 1), (15, 16), (16, 17), (3000, 33) };
        var pictures = sizes.Select(size => Pixels.Noise(size.Item1, size.Item2, 3, 8)).ToList();
        foreach (var format in Codec.OutputFormats)
        {
            for (var i = 0; i < pictures.Count; i++) Write(In($"{format}{i}"), pictures[i], new(format), chunk: 9);
            var read = Oracle.PythonAllPixels("for path in sys.argv[1:]: emit(np.asarray(opened(path)))", null,
                [.. pictures.Select((_, i) => In($"{format}{i}"))]);
            Assert.Equal(sizes, read.Select(picture => (picture.Width, picture.Height)));
            if (format is not (PictureFormat.Png or PictureFormat.Tiff)) continue;
            for (var i = 0; i < pictures.Count; i++) AssertSame(pictures[i], read[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Jpeg_is_what_another_encoder_makes_at_this_quality(int channels)
    {
        var pixels = Pixels.Smooth(120, 90, channels);
        foreach (var quality in new[] { 20, 75, 95, 100 })
        {
            Write(In("out.jpg"), pixels, new(PictureFormat.Jpeg, quality));
            Assert.Equal("JPEG True True", Oracle.PythonText($"""
                from PIL import JpegImagePlugin
                ours = Image.open(sys.argv[1]); ours.load()
                ours.convert('{(channels == 1 ? "L" : "RGB")}').save(sys.argv[2], quality={quality}, subsampling=0)
                theirs = Image.open(sys.argv[2])
                full = ours.mode == 'L' or JpegImagePlugin.get_sampling(ours) == 0
                print(ours.format, full, ours.quantization == theirs.quantization)
                """, In("out.jpg"), In("theirs.jpg")));
        }
        AssertClose(pixels, Oracle.PythonPixels("emit(np.asarray(Image.open(sys.argv[1])))", null, In("out.jpg")), 1);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void WebP_is_written_close_to_the_picture(int channels)
    {
        var pixels = Pixels.Smooth(120, 90, channels);
        Write(In("out.webp"), pixels, new(PictureFormat.WebP, 95));
        var sharp = new FileInfo(In("out.webp")).Length;

        var read = Oracle.PythonPixels("im = Image.open(sys.argv[1]); assert im.format == 'WEBP'; emit(np.asarray(im))", null, In("out.webp"));
        AssertClose(pixels, read, 3);
        if (channels == 4) Assert.Equal(Every(pixels, 3), Every(read, 3)); // alpha is kept to the bit
        Write(In("out.webp"), pixels, new(PictureFormat.WebP, 20));
        Assert.InRange(new FileInfo(In("out.webp")).Length, 1, sharp - 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Grey_webp_has_no_tint(int channels)
    {
        Write(In("out.webp"), Pixels.Smooth(120, 90, channels), new(PictureFormat.WebP));

        var read = Oracle.PythonPixels("emit(np.asarray(Image.open(sys.argv[1]).convert('RGBA')))", null, In("out.webp"));
        var tint = Every(read, 0).Zip(Every(read, 1), (r, g) => Math.Abs(r - g)).Max();
        Assert.InRange(tint, 0, 1);
        Assert.Equal(channels == 2, Every(read, 3).Any(alpha => alpha < 255));
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(4, 8)]
    [InlineData(2, 16)]
    [InlineData(4, 16)]
    public void Jpeg_of_a_transparent_picture_is_laid_over_white(int channels, int bits)
    {
        // Flat 16×16 patches, each of one colour and alpha, survive the JPEG nearly unchanged.
        var (top, kind) = bits == 8 ? (255, "uint8") : (65535, "uint16");
        var both = Oracle.PythonAllPixels($"""
            patches = np.random.default_rng(5).integers(0, {top} + 1, (4, 6, {channels})).astype(np.{kind})
            patches[0, 0, -1], patches[0, 1, -1] = 0, {top}
            p = patches.repeat(16, 0).repeat(16, 1)
            emit(p)
            alpha = p[:, :, -1:] / {top}
            emit(np.rint((p[:, :, :-1] / {top} * alpha + 1 - alpha) * 255).astype(np.uint8))
            """);

        Write(In("out.jpg"), both[0], new(PictureFormat.Jpeg, 100));
        AssertClose(both[1], Oracle.PythonPixels("emit(np.asarray(Image.open(sys.argv[1])))", null, In("out.jpg")), 0.8);
    }

    [Fact]
    public void Sixteen_bits_are_rounded_where_the_format_has_eight()
    {
        // Every 16-bit grey once, as a column of flat patches would be too large for JPEG: a slope of one per pixel.
        var slope = Oracle.PythonAllPixels("""
            p = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
            emit(p)
            emit(np.rint(p / 257).astype(np.uint8))
            """);

        Write(In("out.jpg"), slope[0], new(PictureFormat.Jpeg, 100));
        AssertClose(slope[1], Oracle.PythonPixels("emit(np.asarray(Image.open(sys.argv[1])))", null, In("out.jpg")), 0.5);
    }

    [Theory]
    [InlineData(PictureFormat.WebP, 16384, 10, "write PNG, JPEG or TIFF instead")]
    [InlineData(PictureFormat.WebP, 10, 16384, "write PNG, JPEG or TIFF instead")]
    [InlineData(PictureFormat.WebP, 65501, 10, "write PNG or TIFF instead")]
    [InlineData(PictureFormat.Jpeg, 65501, 10, "write PNG or TIFF instead")]
    [InlineData(PictureFormat.Avif, 16385, 10, "write PNG, JPEG or TIFF instead")]
    [InlineData(PictureFormat.Png, 10, 1_000_001, "smaller scale")]
    [InlineData(PictureFormat.Tiff, 10, 1_000_001, "smaller scale")]
    public void Size_that_the_format_cannot_hold_is_refused_at_once(PictureFormat format, int width, int height, string advice)
    {
        var message = Refusal(() => Codec.Create(In("out"), new(width, height, 3, 8, PictureMetadata.None), new(format)));
        Assert.Contains(advice, message);
        Assert.Contains($"{width}×{height}", message);
        Assert.Empty(FilesLeft());
    }

    [Theory]
    [InlineData(PictureFormat.WebP, 16383)]
    [InlineData(PictureFormat.Jpeg, 65500)]
    [InlineData(PictureFormat.Avif, 16384)]
    [InlineData(PictureFormat.Png, 70000)]
    [InlineData(PictureFormat.Tiff, 70000)]
    public void Largest_size_that_the_format_can_hold_is_written(PictureFormat format, int width)
    {
        if (IsRefused(format)) return;
        Write(In("out"), Pixels.Noise(width, 3, 1, 8), new(format));
        Assert.Equal($"{width} 3", Oracle.PythonText("im = opened(sys.argv[1]); im.load(); print(*im.size)", In("out")));
    }

    [Theory]
    [InlineData(0, 5, 3, 8)]
    [InlineData(5, -1, 3, 8)]
    [InlineData(5, 5, 5, 8)]
    [InlineData(5, 5, 3, 10)]
    public void Shape_that_is_no_picture_is_refused_at_once(int width, int height, int channels, int bits)
    {
        Assert.ThrowsAny<ArgumentException>(() =>
            Codec.Create(In("out"), new(width, height, channels, bits, PictureMetadata.None), new(PictureFormat.Png)));
        Assert.Empty(FilesLeft());
    }

    [Fact]
    public void Place_that_cannot_be_written_is_refused_at_once()
    {
        Directory.CreateDirectory(In("folder"));
        var shape = new ResultShape(4, 4, 3, 8, PictureMetadata.None);
        var missing = Refusal(() => Codec.Create(In("missing/out.png"), shape, new(PictureFormat.Png)));
        Assert.StartsWith($"'{In("missing/out.png")}' cannot be written: there is no folder", missing);
        Assert.EndsWith("; make it or choose another", missing);
        Assert.Contains("is a folder", Refusal(() => Codec.Create(In("folder"), shape, new(PictureFormat.Png))));
        // Not even root can make a file there. The name that the file has until it is whole is nobody's business.
        foreach (var closed in new[] { "/sys/out.png", "/proc/out.png" })
        {
            var message = Refusal(() => Codec.Create(closed, shape, new(PictureFormat.Png)));
            Assert.StartsWith($"'{closed}' cannot be written: ", message);
            Assert.EndsWith("; choose another folder", message);
            Assert.DoesNotContain(".part", message);
        }
        Assert.EndsWith("choose another one", Refusal(() => Codec.Create("", shape, new(PictureFormat.Png))));
    }

    [Theory]
    [InlineData(PictureFormat.Png, 0)]
    [InlineData(PictureFormat.Png, 500)]
    [InlineData(PictureFormat.Png, 1000)]
    [InlineData(PictureFormat.Jpeg, 1)]
    [InlineData(PictureFormat.Jpeg, 999)]
    [InlineData(PictureFormat.WebP, 0)]
    [InlineData(PictureFormat.WebP, 999)]
    [InlineData(PictureFormat.Avif, 999)]
    [InlineData(PictureFormat.Tiff, 500)]
    [InlineData(PictureFormat.Tiff, 1000)]
    public void Result_that_is_given_up_leaves_what_was_there(PictureFormat format, int rows)
    {
        if (IsRefused(format)) return;
        File.WriteAllText(In("out"), "the old result");
        var pixels = Pixels.Noise(900, 1000, 3, 8);
        var writer = Codec.Create(In("out"), new(900, 1000, 3, 8, PictureMetadata.None), new(format));
        writer.Write(pixels.Bytes.AsSpan(0, rows * pixels.RowBytes), rows);
        Assert.Equal("the old result", File.ReadAllText(In("out")));
        writer.Dispose();
        writer.Dispose();

        Assert.Equal(["out"], FilesLeft());
        Assert.Equal("the old result", File.ReadAllText(In("out")));
        Assert.Throws<ObjectDisposedException>(() => writer.Write(pixels.Bytes.AsSpan(0, pixels.RowBytes), 1));
        Assert.Throws<ObjectDisposedException>(writer.Complete);
    }

    [Fact]
    public void Result_takes_the_place_of_an_old_one_only_when_whole()
    {
        File.WriteAllText(In("out.png"), "the old result");
        var pixels = Pixels.Noise(40, 30, 3, 8);
        using (var writer = Codec.Create(In("out.png"), new(40, 30, 3, 8, PictureMetadata.None), new(PictureFormat.Png)))
        {
            writer.Write(pixels.Bytes, 30);
            Assert.Equal("the old result", File.ReadAllText(In("out.png")));
            writer.Complete();
        }
        Assert.Equal(["out.png"], FilesLeft());
        AssertSame(pixels, Read(In("out.png")));
    }

    [Fact]
    public void Wrong_number_of_rows_is_an_error()
    {
        var pixels = Pixels.Noise(40, 30, 3, 8);
        using var writer = Codec.Create(In("out.png"), new(40, 30, 3, 8, PictureMetadata.None), new(PictureFormat.Png));
        writer.Write(pixels.Bytes.AsSpan(0, 29 * pixels.RowBytes), 29);
        Assert.Throws<InvalidOperationException>(writer.Complete);
        Assert.ThrowsAny<ArgumentException>(() => writer.Write(pixels.Bytes.AsSpan(0, 2 * pixels.RowBytes), 2));
        Assert.ThrowsAny<ArgumentException>(() => writer.Write(pixels.Bytes.AsSpan(0, 7), 1));

        writer.Write(pixels.Bytes.AsSpan(29 * pixels.RowBytes), 1);
        writer.Complete();
        AssertSame(pixels, Read(In("out.png")));
    }

    [Fact]
    public void Folder_that_disappears_is_an_error_when_the_result_is_finished()
    {
        Directory.CreateDirectory(In("gone"));
        using var writer = Codec.Create(In("gone/out.png"), new(40, 30, 3, 8, PictureMetadata.None), new(PictureFormat.Png));
        writer.Write(Pixels.Noise(40, 30, 3, 8).Bytes, 30);
        Directory.Delete(In("gone"), recursive: true);

        var message = Assert.ThrowsAny<IOException>(writer.Complete).Message;
        Assert.StartsWith($"'{In("gone/out.png")}' cannot be written: ", message);
        Assert.EndsWith("; choose another folder", message);
        Assert.DoesNotContain(".part", message);
        writer.Dispose();
        Assert.Empty(FilesLeft());
    }

    [Fact]
    public async Task Many_pictures_are_read_and_written_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var pixels = Pixels.Noise(300 + i, 400, 1 + (i % 4), 8 * (1 + (i % 2)), seed: i);
            for (var round = 0; round < 4; round++)
            {
                Write(In($"out{i}.png"), pixels, new(PictureFormat.Png), chunk: 1 + (i * 5));
                AssertSame(pixels, Read(In($"out{i}.png")));
            }
        })));
        Assert.Equal(8, FilesLeft().Length);
    }

    private static string Photo()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "TorchUpscaler.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "docs", "photo.jpg");
    }

    private static byte[] Every(Pixels pixels, int channel) => [.. pixels.Bytes.Where((_, i) => i % pixels.Channels == channel)];
}
