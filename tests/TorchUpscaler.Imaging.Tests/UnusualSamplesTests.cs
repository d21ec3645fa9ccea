using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>Kinds of files and samples that only libvips can be asked for.</summary>
public sealed class UnusualSamplesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unusual").FullName;
    private readonly VipsCodec _codec = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Floating_point_is_linear_light_and_becomes_16_bits()
    {
        double[] linear = [0, 0.0031308, 0.01, 0.2140411, 0.5, 1, 1.5, -0.5];
        var row = Ramp("float", linear);

        ushort[] expected = [.. linear.Select(value => (ushort)Math.Round(65535 * Srgb(Math.Clamp(value, 0, 1))))];
        Assert.All(expected.Zip(row), pair => Assert.InRange(pair.Second, pair.First - 1, pair.First + 1));
    }

    [Fact]
    public void Thirty_two_bits_keep_their_upper_half()
    {
        Assert.Equal([0, 0, 1, 32768, 65535], Ramp("uint", [0, 65535, 65536, 2147483648, 4294967295]));
    }

    [Theory]
    [InlineData("int")]
    [InlineData("complex")]
    public void What_has_no_meaning_as_a_picture_is_refused(string format)
    {
        var error = Assert.Throws<PictureException>(() => Ramp(format, [1, 2, 3]));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Many_channels_are_refused()
    {
        Oracle.Vips("vips", "black", At("six.tif"), "5", "5", "--bands", "6");
        Assert.Contains("6 channels", Assert.Throws<PictureException>(() => _codec.ReadHeader(At("six.tif"))).Message);
    }

    // AVIF, 8×4 pixels of one colour, by libheif 1.15; kept as bytes because encoders are packages of their own.
    private const string OrangeAvif = "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAAHwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAAAABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EgAgAAAAAUaXNwZQAAAAAAAAAIAAAABAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAACdtZGF0EgAKCDgIfsIEBA0gMhEQAABGZ6y8hWzvO9vcwCJm4A==";

    [Fact]
    public void Avif_is_read_where_the_library_can_and_refused_in_a_sentence_where_not()
    {
        File.WriteAllBytes(At("orange.avif"), Convert.FromBase64String(OrangeAvif));
        if (_codec.InputExtensions.Contains(".avif"))
        {
            var picture = _codec.Read(At("orange.avif"), 100, CancellationToken.None);
            Assert.Equal((8, 4, 3, 8), (picture.Width, picture.Height, picture.Channels, picture.Bits));
            Assert.All(picture.Row8(2)[..3].ToArray().Zip([200, 100, 50]), pair => Assert.InRange(pair.First, pair.Second - 6, pair.Second + 6));
        }
        else
        {
            Assert.Contains("HEIF", Assert.Throws<PictureException>(() => _codec.ReadHeader(At("orange.avif"))).Message);
        }
    }

    [Fact]
    public void Regions_are_where_this_library_lays_them()
    {
        // Rows that differ, asked for from the middle: a wrong offset would show.
        Oracle.Vips("vips", "identity", At("row.v"));
        Oracle.Vips("vips", "rot", At("row.v"), At("column.png"), "d90");
        var picture = _codec.Read(At("column.png"), 1000, CancellationToken.None);
        Assert.Equal((1, 256), (picture.Width, picture.Height));
        Assert.Equal(Enumerable.Range(0, 256).Select(i => (byte)i), picture.Bytes.ToArray());
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static double Srgb(double linear) => linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055;

    // A TIFF of one row, made by libvips' tools, as it is read.
    private ushort[] Ramp(string format, double[] values)
    {
        File.WriteAllText(At("ramp.csv"), string.Join(',', values.Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture))) + "\n");
        Oracle.Vips("vips", "cast", At("ramp.csv"), At("cast.v"), format);
        Oracle.Vips("vips", "copy", At("cast.v"), At("ramp.tif"), "--interpretation", "b-w");
        return MemoryMarshal.Cast<byte, ushort>(_codec.Read(At("ramp.tif"), 1000, CancellationToken.None).Bytes).ToArray();
    }
}
