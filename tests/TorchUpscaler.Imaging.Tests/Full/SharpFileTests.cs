using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Full;

namespace TorchUpscaler.Imaging.Tests.Full;

/// <summary>Files that ImageSharp by itself would read wrongly, half, or for too long; what is read of each is what other programs read.</summary>
public sealed class SharpFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sharp").FullName;
    private readonly ImageSharpCodec _codec = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_says_which_library_it_is() => Assert.Matches(@"^ImageSharp 3\.1\.\d+$", _codec.Description);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_png_whose_pixels_end_before_its_last_row_is_refused_though_its_frame_is_whole(int interlaced)
    {
        var pixels = Pixels.Noise(20, 30, 3, 8);
        Oracle.Python("""
            p, interlaced = received(), int(sys.argv[2])
            passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
            data = zlib.compress(b''.join(b'\0' + row.tobytes() for x, y, dx, dy in passes for row in p[y::dy, x::dx]))
            def write(path, height):
                head = struct.pack('>IIBBBBB', p.shape[1], height, 8, 2, 0, 0, interlaced)
                open(path, 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', data) + chunk(b'IEND', b''))
            write(sys.argv[1] + 'whole.png', p.shape[0])
            write(sys.argv[1] + 'short.png', p.shape[0] + 1)
            """, pixels, _folder + "/", $"{interlaced}");

        Assert.True(pixels.Bytes.AsSpan().SequenceEqual(Read("whole.png").Bytes));
        Assert.Contains("it ends too early", Refusal("short.png"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_jpeg_without_its_end_is_refused_though_all_its_pixels_may_be_there()
    {
        Oracle.Python("image_of(received()).save(sys.argv[1], quality=90)", Pixels.Smooth(64, 48, 3), In("whole.jpg"));
        File.WriteAllBytes(In("cut.jpg"), File.ReadAllBytes(In("whole.jpg"))[..^2]);

        Assert.Equal(64, Read("whole.jpg").Width);
        Assert.EndsWith("is a damaged or truncated JPEG file (it ends too early); get or save it again", Refusal("cut.jpg"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4:4:4", "subsampling=0")]
    [InlineData("4:2:2", "subsampling=1")]
    [InlineData("4:2:0", "subsampling=2")]
    [InlineData("4:2:0, progressive", "subsampling=2, progressive=True")]
    public void Colours_of_a_jpeg_are_smoothed_as_by_other_programs(string kind, string options)
    {
        // Sides that are odd, and steps of colour that a picture of repeated ones would show.
        foreach (var (width, height) in new[] { (37, 29), (4, 3), (1, 1), (3, 40), (64, 2) })
        {
            var expected = Oracle.PythonPixels($"""
                y, x = np.mgrid[0:{height}, 0:{width}]
                p = np.stack([(x * 9 + y * 3) % 256, (x * 2 + y * 8) % 256, 255 - (x * 5) % 256], 2).astype(np.uint8)
                Image.fromarray(p).save(sys.argv[1], quality=97, {options})
                emit(np.asarray(Image.open(sys.argv[1])))
                """, null, In("in.jpg"));
            var actual = Read("in.jpg").Bytes.ToArray();
            var differences = expected.Bytes.Zip(actual, (a, b) => Math.Abs(a - b)).ToList();
            Assert.True(differences.Max() <= 3 && differences.Average() < 0.5, $"{kind} of {width}×{height}: at most {differences.Max()}, {differences.Average():0.00} on average");
        }
    }

    [Theory]
    [InlineData("b'RGB'", "")]
    [InlineData("bytes([1, 2, 3])", "adobe(0)")]
    [InlineData("b'RGB'", "adobe(1)")]
    public void A_jpeg_may_say_that_its_channels_are_rgb(string names, string adobe)
    {
        // Pillow codes YCbCr; the same coded numbers mean something else where the file says so.
        var expected = Oracle.PythonPixels($$"""
            def adobe(transform):
                return b'\xff\xee\0\x0eAdobe\0\x64\0\0\0\0' + bytes([transform])
            names, extra = {{names}}, {{(adobe.Length > 0 ? adobe : "b''")}}
            out = io.BytesIO()
            image_of(received()).save(out, 'JPEG', quality=100, subsampling=0)
            data = out.getvalue()
            data = data[:2] + extra + data[2 + 2 + int.from_bytes(data[4:6], 'big'):]  # without JFIF's head
            frame, scan = data.index(b'\xff\xc0'), data.index(b'\xff\xda')
            data = bytearray(data)
            for i in range(3):
                data[frame + 10 + 3 * i] = names[i]
                data[scan + 5 + 2 * i] = names[i]
            open(sys.argv[1], 'wb').write(data)
            emit(np.asarray(Image.open(sys.argv[1]).convert('RGB')))
            """, Pixels.Smooth(40, 30, 3), In("in.jpg"));
        var actual = Read("in.jpg").Bytes.ToArray();
        Assert.InRange(expected.Bytes.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 2);
    }

    [Theory]
    [InlineData("LA", 8, "a TIFF of 2 channels of 8 bits (grey)")]
    [InlineData("F", 32, "a TIFF of signed or floating-point samples")]
    [InlineData("I", 32, "a TIFF of signed or floating-point samples")]
    public void A_tiff_that_would_be_read_wrongly_is_refused_with_its_kind(string mode, int bits, string kind)
    {
        Oracle.Python($"Image.new('{mode}', (9, 7)).save(sys.argv[1])", null, In("in.tif"));
        Assert.True(bits is 8 or 32);
        Assert.EndsWith($"is {kind}, which ImageSharp cannot read as it should be; save it in another way, for example as PNG", Refusal("in.tif"), StringComparison.Ordinal);
    }

    // Damaged, they make ImageSharp write beyond its memory.
    [Theory]
    [InlineData("group3", 3)]
    [InlineData("group4", 4)]
    [InlineData("tiff_ccitt", 2)]
    public void Fax_machines_ways_of_packing_are_not_read(string compression, int number)
    {
        Oracle.Python($"Image.fromarray(received()[:, :, 0] > 127).save(sys.argv[1], compression='{compression}')", Pixels.Smooth(60, 40, 1), In("fax.tif"));
        Assert.Contains($"is a TIFF of compression {number}, which", Refusal("fax.tif"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("msb", "deflate")]
    [InlineData("lsb", "lzw")]
    [InlineData("msb", "none")]
    public void Tiffs_of_both_byte_orders_planes_and_tiles_are_read_to_the_bit(string order, string compression)
    {
        var pixels = Pixels.Noise(70, 50, 3, 16);
        Oracle.Python("open(sys.argv[1], 'wb').write(png_of(received()))", pixels, In("in.png"));
        string[] kinds = ["-define tiff:rows-per-strip=7", "-interlace plane", "-define tiff:tile-geometry=32x16"];
        foreach (var kind in kinds)
        {
            Oracle.Python("""
                subprocess.run(['/usr/bin/convert', sys.argv[1], '-define', 'tiff:endian=' + sys.argv[3], '-endian', sys.argv[3].upper(), '-compress',
                    {'deflate': 'Zip', 'lzw': 'LZW', 'none': 'None'}[sys.argv[4]], *sys.argv[5].split(), sys.argv[2]], check=True)
                assert open(sys.argv[2], 'rb').read(2) == (b'MM' if sys.argv[3] == 'msb' else b'II')
                """, null, In("in.png"), In("in.tif"), order, compression, kind);
            if (kind == kinds[1] && compression != "none")
            {
                // ImageMagick packs with a predictor, which ImageSharp undoes wrongly in planes.
                Assert.Contains("is a TIFF of separate planes, which", Refusal("in.tif"), StringComparison.Ordinal);
                continue;
            }
            var read = Read("in.tif");
            Assert.Equal((70, 50, 3, 16), (read.Width, read.Height, read.Channels, read.Bits));
            Assert.True(pixels.Bytes.AsSpan().SequenceEqual(read.Bytes), $"{order}, {compression}, {kind}");
        }
    }

    [Fact]
    public void What_a_tiff_leads_to_beside_its_pixels_is_not_followed()
    {
        // The directory follows itself for ever, and leads to itself as EXIF and as sub-directories.
        Oracle.Python("""
            pixels = bytes(range(12))
            tags = [(256, 4, 1, 2), (257, 4, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, 2), (279, 4, 1, 12),
                    (330, 4, 1, 20), (34665, 4, 1, 20)]
            body = struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', *tag) for tag in tags) + struct.pack('<I', 20)
            open(sys.argv[1], 'wb').write(b'II*\0' + struct.pack('<I', 20) + pixels + body)
            """, null, In("loop.tif"));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], Read("loop.tif").Bytes.ToArray());
    }

    [Fact]
    public void Profiles_that_unpack_to_a_hundred_megabytes_are_left_out()
    {
        Oracle.Python("""
            bomb = chunk(b'iCCP', b'icc\0\0' + zlib.compress(struct.pack('>I', 100 << 20) + bytes((100 << 20) - 4)))
            open(sys.argv[1], 'wb').write(png_of(received(), bomb * 30))
            """, Pixels.Noise(9, 7, 3, 8), In("bomb.png"));
        var before = GC.GetTotalAllocatedBytes();
        Assert.Null(Read("bomb.png").Metadata.IccProfile);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 16 << 20);
    }

    [Fact]
    public void Of_an_animated_png_the_picture_itself_is_read()
    {
        var pixels = Pixels.Noise(12, 9, 3, 8);
        Oracle.Python("""
            frame = chunk(b'acTL', struct.pack('>II', 1, 0)) + chunk(b'fcTL', struct.pack('>IIIIIHHBB', 0, 5, 4, 3, 2, 1, 10, 0, 1))
            open(sys.argv[1], 'wb').write(png_of(received(), frame))
            """, pixels, In("animated.png"));
        Assert.True(pixels.Bytes.AsSpan().SequenceEqual(Read("animated.png").Bytes));
    }

    private string In(string name) => Path.Combine(_folder, name);

    private Picture Read(string name) => _codec.Read(In(name), 1_000_000, CancellationToken.None);

    private string Refusal(string name) => Assert.Throws<PictureException>(() => Read(name)).Message;
}
