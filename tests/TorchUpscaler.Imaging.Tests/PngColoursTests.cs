namespace TorchUpscaler.Imaging.Tests;

/// <summary>PNG files without a profile that say by chunks of their own which colours theirs are.</summary>
public sealed class PngColoursTests : IDisposable
{
    private const string Linear = "gAMA(100000)", Usual = "gAMA(45455)", SrgbsPrimaries = "cHRM(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)";

    private readonly string _folder = Directory.CreateTempSubdirectory("colours").FullName;
    private readonly VipsCodec _codec = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // LittleCMS tells what the profile makes of a stored 128: its light, by CIE's L*, and that it is grey.
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Their_profile_says_the_same(int channels)
    {
        (string Chunks, string Light)[] cases =
        [
            (Linear, "0.502"),
            ("gAMA(55556)", "0.289"),
            ("cICP(1, 8, 0, 1)", "0.502"),
            ("cICP(9, 4, 0, 1)", "0.219"),
            ("cICP(9, 1, 0, 1)", "0.261"),
            ("cICP(12, 13, 0, 1) + chunk(b'sRGB', bytes(1))", "0.216"),
            ("cHRM(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)", "0.216"),
        ];
        var profiles = ProfilesOf(channels, [.. cases.Select(row => row.Chunks)]);
        for (var i = 0; i < profiles.Length; i++) File.WriteAllBytes(At($"{i}.icc"), profiles[i]!);

        var seen = Oracle.PythonText("""
            from PIL import ImageCms
            for i in range(int(sys.argv[2])):
                profile, lab = sys.argv[1] + f"/{i}.icc", ImageCms.createProfile("LAB")
                pixel = ImageCms.profileToProfile(Image.new("RGB", (1, 1), (128, 128, 128)), profile, lab, 1, "LAB").getpixel((0, 0))
                print(((pixel[0] / 2.55 + 16) / 116) ** 3, *pixel[1:])
            """, _folder, $"{cases.Length}").Split('\n');

        Assert.All(cases.Zip(seen), pair =>
        {
            var told = pair.Second.Split(' ').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(double.Parse(pair.First.Light, System.Globalization.CultureInfo.InvariantCulture), told[0], 0.005);
            Assert.Equal([128, 128], told[1..]);
        });
    }

    [Fact]
    public void Of_sRGB_there_is_none() => AssertNone(
        "b''", $"chunk(b'sRGB', bytes(1)) + {Linear}", Usual, "gAMA(47000)", $"{Usual} + {SrgbsPrimaries}", SrgbsPrimaries, "cICP(1, 13, 0, 1)");

    [Fact]
    public void What_is_a_lie_or_not_understood_is_passed_over() => AssertNone(
        "gAMA(0)", "gAMA(1)", "gAMA(0xFFFFFFFF)", "chunk(b'gAMA', bytes(3))", "cHRM(*[0] * 8)", "cHRM(*[0xFFFFFFFF] * 8)", "cHRM(*[30000] * 8)",
        "cHRM(90000, 10000, 64000, 33000, 30000, 60000, 15000, 6000)", "cHRM(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000, 0)",
        "cICP(9, 16, 0, 1)", "cICP(9, 18, 0, 1)", "cICP(12, 13, 1, 1)", "cICP(12, 13, 0, 0)", "cICP()");

    [Fact]
    public void A_profile_in_the_file_comes_first()
    {
        var profile = ProfilesOf(3, $"{Linear} + cICP(12, 13, 0, 1) + chunk(b'iCCP', b'it' + bytes(2) + zlib.compress(icc_profile()))").Single()!;
        Assert.Equal(profile[36..40], "acsp"u8.ToArray());
        Assert.DoesNotContain("PNG", System.Text.Encoding.BigEndianUnicode.GetString(profile), StringComparison.Ordinal);
    }

    private void AssertNone(params string[] chunks) => Assert.All(chunks.Zip(ProfilesOf(3, chunks)), pair => Assert.True(pair.Second is null, pair.First));

    // Of a picture with each of these between its header and its pixels.
    private byte[]?[] ProfilesOf(int channels, params string[] chunks)
    {
        Oracle.Python($"""
            gAMA = lambda value: chunk(b'gAMA', struct.pack('>I', value))
            cHRM = lambda *values: chunk(b'cHRM', struct.pack(f'>{"{len(values)}"}I', *values))
            cICP = lambda *values: chunk(b'cICP', bytes(values))
            pixels = received()
            for i, own in enumerate([{string.Join(", ", chunks)}]):
                open(f'{"{sys.argv[1]}/{i}"}.png', 'wb').write(png_of(pixels, own))
            """, Pixels.Smooth(9, 7, channels), _folder);
        return [.. chunks.Select((_, i) => _codec.Read(At($"{i}.png"), 100, CancellationToken.None).Metadata.IccProfile)];
    }

    private string At(string name) => Path.Combine(_folder, name);
}
