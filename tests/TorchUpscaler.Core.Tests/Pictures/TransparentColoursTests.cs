namespace TorchUpscaler.Core.Tests.Pictures;

/// <summary>Which colours networks see where nothing is to be seen.</summary>
public class TransparentColoursTests
{
    [Theory]
    [InlineData(4, 8)]
    [InlineData(2, 16)]
    [InlineData(4, 16)]
    public void What_is_around_one_colour_has_that_colour_everywhere(int channels, int bits)
    {
        // A disc of one colour on a ground of noise that is transparent.
        var picture = new Picture(61, 47, channels, bits);
        new Random(2).NextBytes(picture.Bytes);
        var samples = new ushort[] { 51400, 7710, 257, 0 };
        for (var y = 0; y < 47; y++)
        {
            for (var x = 0; x < 61; x++)
            {
                var distance = Math.Sqrt(((x - 20) * (x - 20)) + ((y - 25) * (y - 25)));
                Set(picture, x, y, channels - 1, (ushort)(distance < 7 ? 65535 : distance < 8 ? 20000 : 0));
                for (var channel = 0; channel < channels - 1 && distance < 8; channel++) Set(picture, x, y, channel, samples[channel]);
            }
        }

        Fill(picture);

        for (var i = 0; i < 61 * 47; i++)
            for (var channel = 0; channel < channels - 1; channel++)
                Assert.Equal(bits == 8 ? samples[channel] / 257 : samples[channel], Get(picture, i % 61, i / 61, channel));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void A_ring_of_noise_that_is_nearly_transparent_is_not_seen(int bits)
    {
        // A disc of one colour, and around it what dividing by an alpha of 1 to 3 of 255 makes of rounding: black and white in each channel.
        var (picture, random) = (new Picture(40, 40, 4, bits), new Random(4));
        for (var y = 0; y < 40; y++)
        {
            for (var x = 0; x < 40; x++)
            {
                var distance = Math.Sqrt(((x - 20) * (x - 20)) + ((y - 20) * (y - 20)));
                Set(picture, x, y, 3, (ushort)(distance < 9 ? 65535 : distance < 13 ? 257 * random.Next(1, 4) : 0));
                for (var channel = 0; channel < 3; channel++) Set(picture, x, y, channel, (ushort)(distance < 9 ? 30840 : 65535 * random.Next(2)));
            }
        }
        var alphas = Enumerable.Range(0, 1600).Select(i => Get(picture, i % 40, i / 40, 3)).ToArray();

        Fill(picture);

        for (var i = 0; i < 1600; i++)
            for (var channel = 0; channel < 3; channel++) Assert.Equal(bits == 8 ? 120 : 30840, Get(picture, i % 40, i / 40, channel));
        Assert.Equal(alphas, Enumerable.Range(0, 1600).Select(i => Get(picture, i % 40, i / 40, 3)));
    }

    [Fact]
    public void What_can_be_seen_keeps_its_colour_and_alpha_stays()
    {
        var picture = Noise(70, 33);
        var before = picture.Bytes.ToArray();

        Fill(picture);

        var changed = 0;
        for (var i = 0; i < before.Length; i += 4)
        {
            Assert.Equal(before[i + 3], picture.Bytes[i + 3]);
            if (before[i + 3] >= 6) Assert.Equal(before[i..(i + 4)], picture.Bytes[i..(i + 4)].ToArray());
            else if (!before.AsSpan(i, 4).SequenceEqual(picture.Bytes[i..(i + 4)])) changed++;
        }
        Assert.InRange(changed, 100, 70 * 33);
        Assert.Contains(before.Where((_, i) => i % 4 == 3), alpha => alpha == 6); // the least that is 2 % of full
    }

    [Fact]
    public void Doing_it_twice_changes_nothing_more()
    {
        var picture = Noise(70, 33);
        Fill(picture);
        var once = picture.Bytes.ToArray();

        Fill(picture);

        Assert.Equal(once, picture.Bytes.ToArray());
    }

    [Fact]
    public void Beside_an_edge_it_is_a_mean_of_what_is_near_weighed_by_alpha()
    {
        var picture = new Picture(9, 1, 2, 16);
        (ushort Grey, ushort Alpha)[] pixels = [(9000, 0), (9000, 0), (10000, 65535), (9000, 0), (30000, 13107), (9000, 0), (9000, 0), (9000, 0), (9000, 0)];
        for (var x = 0; x < 9; x++) (picture.Row16(0)[2 * x], picture.Row16(0)[(2 * x) + 1]) = pixels[x];

        Fill(picture);

        Assert.Equal(10000, picture.Row16(0)[0]);
        Assert.InRange(picture.Row16(0)[6], (10000 + (0.2 * 30000)) / 1.2 - 2, ((10000 + (0.2 * 30000)) / 1.2) + 2);
        Assert.Equal(30000, picture.Row16(0)[12]);
    }

    [Fact]
    public void Where_nothing_at_all_is_to_be_seen_nothing_changes()
    {
        var picture = new Picture(9, 5, 4, 8);
        new Random(1).NextBytes(picture.Bytes);
        for (var i = 3; i < picture.Bytes.Length; i += 4) picture.Bytes[i] = 0;
        var before = picture.Bytes.ToArray();

        Fill(picture);

        Assert.Equal(before, picture.Bytes.ToArray());
    }

    [Fact]
    public void It_works_in_small_pieces_within_the_memory_that_is_foreseen()
    {
        var picture = new Picture(2000, 1500, 4, 8);
        for (var i = 0; i < 1000; i++) picture.Bytes[(i * 4 * 2900) + 3] = 255;
        var before = GC.GetAllocatedBytesForCurrentThread();

        var pieces = new TransparentColours(picture).Work().Count();

        Assert.InRange(pieces, 20, 100);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, TransparentColours.MemoryBytes(picture) + (1 << 16));
    }

    private static Picture Noise(int width, int height)
    {
        var picture = new Picture(width, height, 4, 8);
        new Random(8).NextBytes(picture.Bytes);
        for (var i = 3; i < picture.Bytes.Length; i += 4) picture.Bytes[i] = (byte)Math.Max(0, picture.Bytes[i] - 150);
        return picture;
    }

    private static void Fill(Picture picture)
    {
        foreach (var _ in new TransparentColours(picture).Work()) { }
    }

    private static void Set(Picture picture, int x, int y, int channel, ushort sample)
    {
        if (picture.Bits == 8) picture.Row8(y)[(x * picture.Channels) + channel] = (byte)(sample / 257);
        else picture.Row16(y)[(x * picture.Channels) + channel] = sample;
    }

    private static int Get(Picture picture, int x, int y, int channel) =>
        picture.Bits == 8 ? picture.Row8(y)[(x * picture.Channels) + channel] : picture.Row16(y)[(x * picture.Channels) + channel];
}
