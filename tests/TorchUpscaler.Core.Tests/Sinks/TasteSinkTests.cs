namespace TorchUpscaler.Core.Tests.Sinks;

/// <summary>What is made of the networks' result: blended with the picture, and given its low frequencies.</summary>
public class TasteSinkTests
{
    // The definition in 64-bit floats: means over each pixel's area, a Gaussian that ends at the border, straight lines between.
    private const string ColourFixInNumpy =
        """
        result = numpy.frombuffer(data, numpy.float32)[:to_height * to_width * channels].reshape(to_height, to_width, channels).astype(float).clip(0, 1)
        picture = numpy.frombuffer(data, numpy.float32)[to_height * to_width * channels:].reshape(height, width, channels).astype(float)
        def areas(a, pixels):
            owner = ((numpy.arange(len(a)) + 0.5) * pixels / len(a)).astype(int)
            return numpy.stack([a[owner == i].mean(axis=0) for i in range(pixels)])
        def gaussian(a):
            weights = numpy.exp(-(numpy.arange(len(a))[:, None] - numpy.arange(len(a))) ** 2 / 32.0)
            weights[abs(numpy.arange(len(a))[:, None] - numpy.arange(len(a))) > 12] = 0
            return numpy.tensordot(weights / weights.sum(axis=1, keepdims=True), a, 1)
        def lines(a, to):
            place = ((numpy.arange(to) + 0.5) * len(a) / to - 0.5).clip(0, len(a) - 1)
            return numpy.stack([numpy.stack([numpy.interp(place, numpy.arange(len(a)), a[:, x, c]) for c in range(a.shape[2])], 1) for x in range(a.shape[1])], 1)
        turn = lambda a: a.transpose(1, 0, 2)
        low = gaussian(turn(gaussian(turn(picture - areas(turn(areas(turn(result), width)), height)))))
        low = lines(turn(lines(turn(low), to_width)), to_height)
        out.write((result + low).astype(numpy.float32).tobytes())
        """;

    [Theory]
    [InlineData(20, 30, 80, 120, 3, 8)]
    [InlineData(31, 17, 31, 17, 3, 8)]
    [InlineData(40, 60, 100, 151, 1, 16)] // no whole factor
    [InlineData(1, 1, 4, 4, 3, 8)]
    [InlineData(1, 90, 3, 270, 1, 8)]
    [InlineData(70, 2, 99, 3, 3, 16)]
    public void A_colour_fix_adds_the_low_frequencies_that_are_missing(int width, int height, int toWidth, int toHeight, int channels, int bits)
    {
        var picture = Noise(width, height, channels, bits);
        var result = Samples.Random(toWidth * toHeight * channels, seed: 2, -0.2f, 1.2f);
        var expected = PythonOracle.Run<float>(
            $"width, height, channels, to_width, to_height = {width}, {height}, {channels}, {toWidth}, {toHeight}\n" + ColourFixInNumpy, [.. result, .. FloatsOf(picture)]);

        var made = Through(next => new ColourFixSink(picture, next), result, toWidth, toHeight, channels);

        Assert.Equal(expected.Length, made.Count);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - made[i]) <= 2e-6f, $"sample {i}: {made[i]} where numpy has {expected[i]}");
    }

    [Fact]
    public void A_tint_goes_and_what_was_drawn_stays()
    {
        var picture = new Picture(40, 40, 3, 8);
        for (var i = 0; i < picture.Bytes.Length; i++) picture.Bytes[i] = (byte)(100 + (i % 3 * 20));
        // A network that shifts red by 10 levels and draws a fine pattern.
        var result = new float[160 * 160 * 3];
        for (var i = 0; i < result.Length; i++) result[i] = ((100 + (i % 3 * 20) + (i % 3 == 0 ? 10 : 0)) / 255f) + (i / 3 % 2 == 0 ? 0.05f : -0.05f);

        var made = Through(next => new ColourFixSink(picture, next), result, 160, 160, 3);

        for (var i = 0; i < made.Count; i++) Assert.Equal(((100 + (i % 3 * 20)) / 255f) + (i / 3 % 2 == 0 ? 0.05f : -0.05f), made[i], 1e-5f);
    }

    [Theory]
    [InlineData(400, 300, 1600, 1200, 3)]
    [InlineData(60, 4000, 210, 14000, 1)]
    public void The_colour_fixs_memory_is_foreseen_and_bounded(int width, int height, int toWidth, int toHeight, int channels)
    {
        var picture = new Picture(width, height, channels, 8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var sink = new ColourFixSink(picture, new RecordingSink());
        sink.Begin(toWidth, toHeight, channels);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var foreseen = ColourFixSink.MemoryBytes(picture, (toWidth, toHeight));
        Assert.InRange(allocated, foreseen * 0.98, (foreseen * 1.02) + (1 << 16));
        Assert.InRange(foreseen, 1, 20L * toWidth * channels * sizeof(float) * toHeight / height); // some rows, not the picture
    }

    [Theory]
    [InlineData(0.25, 3, 8)]
    [InlineData(0.7, 1, 16)]
    [InlineData(1, 4, 8)]
    [InlineData(0, 3, 16)]
    public void A_blend_is_so_much_of_each(double strength, int channels, int bits)
    {
        var picture = Noise(13, 9, channels, bits);
        var colours = picture.ColorChannels;
        var result = Samples.Random(39 * 27 * colours, seed: 3, -0.2f, 1.2f);
        var opaque = Noise(13, 9, colours, bits, picture);
        var enlarged = Through(next => new LanczosSink(39, 27, Light.Linear, next), FloatsOf(opaque), 13, 9, colours);

        var made = Through(next => new BlendSink(picture, Part.Colours, strength, next), result, 39, 27, colours);

        for (var i = 0; i < made.Count; i++)
            Assert.Equal((strength * Math.Clamp(result[i], 0, 1)) + ((1 - strength) * Math.Clamp(enlarged[i], 0, 1)), made[i], 1e-6);
    }

    [Fact]
    public void Flat_alpha_stays_flat_and_edges_are_the_networks()
    {
        // Transparent on the left, opaque on the right.
        var picture = new Picture(10, 6, 4, 8);
        for (var i = 0; i < 60; i++) picture.Bytes[(4 * i) + 3] = i % 10 < 5 ? (byte)0 : (byte)255;
        var result = Samples.Random(40 * 24, seed: 1, 0.1f, 0.9f);

        var made = Through(next => new FlatAlphaSink(picture, next), result, 40, 24, 1);

        for (var i = 0; i < made.Count; i++)
        {
            var x = i % 40 / 4;
            Assert.Equal(x < 4 ? 0 : x > 5 ? 1 : result[i], made[i]);
        }
    }

    private static List<float> Through(Func<IRowSink, IRowSink> make, float[] samples, int width, int height, int channels)
    {
        using var result = new RecordingSink();
        using var sink = make(result);
        sink.Begin(width, height, channels);
        for (var y = 0; y < height; y += 7) sink.Write(samples.AsSpan(y * width * channels), Math.Min(7, height - y));
        Assert.False(result.Completed);
        sink.Complete();
        Assert.True(result.Completed);
        return result.Samples;
    }

    private static Picture Noise(int width, int height, int channels, int bits, Picture? coloursOf = null)
    {
        var picture = new Picture(width, height, channels, bits);
        new Random(6).NextBytes(picture.Bytes);
        if (coloursOf is null) return picture;
        var size = bits / 8;
        for (var i = 0; i < width * height; i++)
            coloursOf.Bytes.Slice(i * coloursOf.Channels * size, channels * size).CopyTo(picture.Bytes[(i * channels * size)..]);
        return picture;
    }

    private static float[] FloatsOf(Picture picture)
    {
        var samples = new float[picture.Width * picture.Height * picture.Channels];
        for (var i = 0; i < samples.Length; i++)
        {
            var (y, x) = Math.DivRem(i, picture.Width * picture.Channels);
            samples[i] = picture.Bits == 8 ? picture.Row8(y)[x] / 255f : picture.Row16(y)[x] / 65535f;
        }
        return samples;
    }
}
