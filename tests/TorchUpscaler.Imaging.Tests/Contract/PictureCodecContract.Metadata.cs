using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

public abstract partial class PictureCodecContract
{
    [Theory]
    [InlineData("png", 0)]
    [InlineData("jpg", 0)]
    [InlineData("webp", 0)]
    [InlineData("png", 150_000)]
    [InlineData("jpg", 150_000)]
    public void Profile_is_kept_byte_for_byte(string extension, int profileBytes)
    {
        Oracle.Python($"""
            profile = icc_profile({profileBytes})
            image_of(received()).save(sys.argv[1], icc_profile=profile)
            open(sys.argv[2], 'wb').write(profile)
            """, Pixels.Smooth(40, 30, 3), In("in." + extension), In("profile"));
        var profile = File.ReadAllBytes(In("profile"));

        var picture = Read(In("in." + extension));
        Assert.Equal(profile, picture.Metadata.IccProfile);
        foreach (var format in Codec.OutputFormats)
            Write(In($"out.{format}"), Of(picture), new(format), picture.Metadata);

        Assert.Equal("True", Oracle.PythonText("""
            profile = open(sys.argv[1], 'rb').read()
            print(*set(opened(path).info['icc_profile'] == profile for path in sys.argv[2:]))
            """, [In("profile"), .. Codec.OutputFormats.Select(format => In($"out.{format}"))]));
    }

    [Fact]
    public void Profile_that_is_not_for_the_pixels_is_dropped()
    {
        Oracle.Python("""
            rgb = icc_profile()
            cmyk = rgb[:16] + b'CMYK' + rgb[20:]
            image = image_of(received())
            image.save(sys.argv[1], icc_profile=cmyk)
            image.save(sys.argv[2], icc_profile=b'no profile at all')
            image.convert('L').save(sys.argv[3], icc_profile=rgb)
            """, Pixels.Smooth(40, 30, 3), In("cmyk.jpg"), In("nonsense.jpg"), In("grey.jpg"));

        Assert.All(new[] { "cmyk.jpg", "nonsense.jpg", "grey.jpg" }, name => Assert.Null(Read(In(name)).Metadata.IccProfile));
    }

    [Fact]
    public void Lab_becomes_srgb()
    {
        var expected = Oracle.PythonPixels("""
            from PIL import ImageCms
            image = image_of(received())
            srgb, lab = ImageCms.createProfile('sRGB'), ImageCms.createProfile('LAB')
            ImageCms.profileToProfile(image, srgb, lab, outputMode='LAB').save(sys.argv[1])
            emit(np.asarray(image))
            """, Pixels.Smooth(50, 40, 3), In("lab.tif"));

        var picture = Read(In("lab.tif"));
        AssertClose(expected, Of(picture), 6); // Lab in 8 bits is coarse, and the test's colours reach out of its range
        Assert.Null(picture.Metadata.IccProfile);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    public void Exif_is_kept_and_told_of_the_new_size(string extension)
    {
        var path = In("in." + extension);
        Oracle.Python("image_of(received()).save(sys.argv[1], exif=exif_with(6))", Pixels.Smooth(40, 30, 3), path);
        var metadata = Read(path).Metadata with { HorizontalResolution = 10, VerticalResolution = 20 };
        foreach (var format in Codec.OutputFormats)
        {
            Write(In("out"), Pixels.Smooth(60, 80, 3), new(format), metadata);
            Assert.Equal("1 A camera 2026:01:02 03:04:05 b'maker note, byte for byte' 60 80 254.0 508.0 2", Oracle.PythonText("""
                exif = exif_of(sys.argv[1])
                inner = exif.get_ifd(0x8769)
                print(exif[0x0112], exif[0x010F], inner[0x9003], inner[0x927C], inner[0xA002], inner[0xA003],
                      float(exif[0x011A]), float(exif[0x011B]), exif[0x0128])
                """, In("out")));
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("tif")]
    public void Resolution_is_read_and_written(string extension)
    {
        Oracle.Python("image_of(received()).save(sys.argv[1], dpi=(300, 150))", Pixels.Smooth(40, 30, 3), In("in." + extension));

        var metadata = Read(In("in." + extension)).Metadata;
        Assert.Equal(300 / 25.4, metadata.HorizontalResolution, 0.01);
        Assert.Equal(150 / 25.4, metadata.VerticalResolution, 0.01);

        foreach (var format in new[] { PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.Tiff })
        {
            if (IsRefused(format)) continue;
            Write(In("out"), Pixels.Smooth(80, 60, 3), new(format), metadata.Scaled(2));
            Assert.Equal("600 300", Oracle.PythonText("x, y = Image.open(sys.argv[1]).info['dpi']; print(round(x), round(y))", In("out")));
        }
        foreach (var format in new[] { PictureFormat.WebP, PictureFormat.Avif })
        {
            if (IsRefused(format)) continue;
            Write(In("out"), Pixels.Smooth(80, 60, 3), new(format), metadata.Scaled(2));
            Assert.Equal(600 / 25.4, Read(In("out")).Metadata.HorizontalResolution, 0.01);
        }
    }

    [Fact]
    public void Resolution_of_a_turned_picture_turns_with_it()
    {
        Oracle.Python("""
            exif = Image.Exif()
            exif[0x0112] = 6
            image_of(received()).save(sys.argv[1], dpi=(300, 150), exif=exif)
            """, Pixels.Smooth(40, 30, 3), In("in.png"));

        var metadata = Read(In("in.png")).Metadata;
        Assert.Equal("150 300", string.Create(CultureInfo.InvariantCulture,
            $"{metadata.HorizontalResolution * 25.4:0} {metadata.VerticalResolution * 25.4:0}"));
    }

    [Fact]
    public void Nothing_is_said_that_is_not_known()
    {
        foreach (var extension in new[] { "png", "jpg", "webp", "tif" })
        {
            Oracle.Python("image_of(received()).save(sys.argv[1])", Pixels.Smooth(40, 30, 3), In("in." + extension));
            Assert.Equal(PictureMetadata.None, Read(In("in." + extension)).Metadata);

            var format = PictureFormats.FromPath("." + extension)!.Value;
            if (IsRefused(format)) continue;
            Write(In("out." + extension), Pixels.Smooth(40, 30, 3), new(format));
            Assert.Equal(PictureMetadata.None, Read(In("out." + extension)).Metadata);
            Assert.Equal("False", Oracle.PythonText("print(any(key in Image.open(sys.argv[1]).info for key in ('dpi', 'exif', 'icc_profile')))", In("out." + extension)));
        }
        if (IsRefused(PictureFormat.Avif)) return;
        Write(In("out.avif"), Pixels.Smooth(40, 30, 3), new(PictureFormat.Avif));
        Assert.Equal(PictureMetadata.None, Read(In("out.avif")).Metadata);
    }
}
