using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

public abstract partial class PictureCodecContract
{
    [Fact]
    public void What_is_no_picture_is_refused_in_one_sentence()
    {
        File.WriteAllText(In("notes.png"), "Dear diary, this is no picture.\n");
        File.WriteAllBytes(In("empty.jpg"), []);
        File.WriteAllBytes(In("short.png"), [0x89]);
        File.WriteAllText(In("drawing.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        File.WriteAllText(In("paper.pdf"), "%PDF-1.4\n");
        Directory.CreateDirectory(In("folder.png"));

        string Both(string name)
        {
            var message = Refusal(() => Codec.ReadHeader(In(name)));
            Assert.Equal(message, Refusal(() => Read(In(name))));
            Assert.Contains(name, message);
            return message;
        }
        Assert.Contains("not a picture", Both("notes.png"));
        Assert.EndsWith("is empty; get or save it again", Both("empty.jpg"));
        Assert.Contains("not a picture", Both("short.png"));
        Assert.Contains("not a picture", Both("drawing.svg"));
        Assert.Contains("not a picture", Both("paper.pdf"));
        Assert.EndsWith("is a folder, not a picture; give a file", Both("folder.png"));
        Assert.EndsWith("; check the name", Both("missing.png"));
        Assert.Contains("there is no file", Both("missing/too.png"));
        Refusal(() => Read(""));
        Refusal(() => Read(In("nul\0.png")));
    }

    [Theory]
    [InlineData("HEIF", ".heic", "heic")]
    [InlineData("AVIF", ".avif", "avif")]
    public void What_the_codec_has_no_decoder_of_is_refused_by_name(string kind, string extension, string brand)
    {
        File.WriteAllText(In("photo" + extension), $"\0\0\0\u0018ftyp{brand}\0\0\0\0mif1{brand}");
        var message = Refusal(() => Codec.ReadHeader(In("photo" + extension)));
        if (Codec.InputExtensions.Contains(extension)) Assert.Contains($"is a damaged {kind} file", message, StringComparison.Ordinal);
        else Assert.Matches($@"is an? {kind} file, which .+ cannot read; give JPEG, PNG, WebP, .+ or \w+$", message);
        Assert.Equal(message, Refusal(() => Read(In("photo" + extension))));
    }

    [Fact]
    public void Unreadable_file_is_refused()
    {
        var path = In("secret.png");
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", Pixels.Noise(4, 4, 3, 8), path);
        using (var chmod = Process.Start("chmod", ["000", path])) chmod.WaitForExit();

        if (Environment.IsPrivilegedProcess) Assert.Equal(4, Read(path).Width); // nothing is closed to root
        else Assert.Contains("permission denied", Refusal(() => Read(path)));
    }

    [Fact]
    public async Task Pipe_is_refused_without_waiting()
    {
        using (var mkfifo = Process.Start("mkfifo", [In("pipe.png")])) await mkfifo.WaitForExitAsync();
        await Task.Run(() => Refusal(() => Read(In("pipe.png")))).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    public void Giant_is_refused_by_its_header(string extension)
    {
        // Headers that announce 60,000 × 60,000 pixels (WebP: its largest, 16,383 × 16,383) before hardly any data.
        Oracle.Python("""
            path = sys.argv[1]
            if path.endswith('png'):
                head = struct.pack('>IIBBBBB', 60000, 60000, 8, 2, 0, 0, 0)
                data = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(bytes(1000))) + chunk(b'IEND', b'')
            else:
                image_of(received()).save(path)
                data = bytearray(open(path, 'rb').read())
                if path.endswith('jpg'):
                    at = data.index(b'\xff\xc0') + 5
                    data[at:at + 4] = struct.pack('>HH', 60000, 60000)
                else:
                    at = data.index(b'\x9d\x01\x2a') + 3
                    data[at:at + 4] = struct.pack('<HH', 16383, 16383)
            open(path, 'wb').write(data)
            """, Pixels.Smooth(16, 16, 3), In("giant." + extension));
        var side = extension == "webp" ? 16383 : 60000;

        Assert.Equal((side, side), (Codec.ReadHeader(In("giant." + extension)).Width, Codec.ReadHeader(In("giant." + extension)).Height));
        var message = Refusal(() => Codec.Read(In("giant." + extension), 64_000_000, CancellationToken.None));
        Assert.Contains($"{side}×{side}", message);
        Assert.Contains("64.0 megapixels", message);
    }

    [Fact]
    public void Limit_of_pixels_is_inclusive()
    {
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", Pixels.Noise(20, 10, 1, 8), In("in.png"));

        Assert.Equal(20, Codec.Read(In("in.png"), 200, CancellationToken.None).Width);
        Refusal(() => Codec.Read(In("in.png"), 199, CancellationToken.None));
    }

    [Theory]
    [InlineData("png", "")]
    [InlineData("jpg", "quality=95")]
    [InlineData("jpg", "quality=95, progressive=True")]
    [InlineData("webp", "quality=95")]
    [InlineData("webp", "lossless=True")]
    [InlineData("tif", "compression='tiff_deflate'")]
    [InlineData("gif", "")]
    public void Truncated_file_is_refused_at_every_length(string extension, string options)
    {
        var path = In("whole." + extension);
        Oracle.Python($"image_of(received()).save(sys.argv[1], {options})", Pixels.Noise(120, 90, 3, 8), path);
        var whole = File.ReadAllBytes(path);
        Assert.Equal(120, Read(path).Width);

        for (var percent = 2; percent <= 94; percent += 4)
        {
            File.WriteAllBytes(In("part." + extension), whole[..(whole.Length * percent / 100)]);
            var message = Refusal(() => Read(In("part." + extension)));
            Assert.EndsWith("; get or save it again", message);
            Assert.DoesNotContain("no reason", message);
        }
    }

    [Theory]
    [InlineData("png", "")]
    [InlineData("jpg", "exif=exif_with(6), icc_profile=icc_profile()")]
    [InlineData("webp", "exif=exif_with(6), icc_profile=icc_profile()")]
    public void Damaged_file_is_read_or_refused_and_never_worse(string extension, string options)
    {
        var path = In("whole." + extension);
        Oracle.Python($"image_of(received()).save(sys.argv[1], {options})", Pixels.Smooth(60, 40, 3), path);
        var whole = File.ReadAllBytes(path);
        var random = new Random(7);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = 0; i < 1 + (round % 5); i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(In("damaged"), damaged);
            try
            {
                Assert.InRange(Codec.Read(In("damaged"), 1_000_000, CancellationToken.None).Width, 1, 1_000_000);
                read++;
            }
            catch (PictureException)
            {
                refused++;
            }
        }
        Assert.True(read + refused == 300 && refused > 0, $"{read} read, {refused} refused");
    }

    public static TheoryData<string> OddNames => ["two words.png", "line\nbreak.png", "смех😀.png", "-dash.png", "--help", "a.png[page=1]",
        "a[1].png", "percent%s%n.png", "quote'\".png", "back\\slash.png", "trailing ", "no-extension", ".hidden", "a:b.png", new string('n', 200) + ".png"];

    [Theory]
    [MemberData(nameof(OddNames))]
    public void Odd_names_are_only_names(string name)
    {
        var pixels = Pixels.Noise(9, 5, 3, 8);
        Write(In(name), pixels, new(PictureFormat.Png));

        Assert.Equal([name], FilesLeft());
        AssertSame(pixels, Read(In(name)));
        Assert.Equal(9, Codec.ReadHeader(In(name)).Width);
    }

    [Fact]
    public void Names_with_control_characters_cannot_write_to_the_terminal()
    {
        File.WriteAllText(In("a\u001b[2Jb\n.png"), "no picture");
        var message = Refusal(() => Read(In("a\u001b[2Jb\n.png")));
        Assert.DoesNotContain('\u001b', message);
    }
}
