namespace TorchUpscaler.Core.Tests.Sinks;

public class AlphaSinkTests
{
    private const string LanczosInPillow =
        "from PIL import Image\n" +
        "x = numpy.frombuffer(data, numpy.float32).reshape(height, width)\n" +
        "out.write(numpy.asarray(Image.fromarray(x).resize((width * scale, height * scale), Image.Resampling.LANCZOS)).tobytes())";

    public static TheoryData<int, int, int, int, int> Pictures => new()
    {
        // width, height, channels, bits, scale
        { 1, 1, 4, 8, 4 },
        { 2, 3, 4, 8, 4 },
        { 47, 39, 4, 8, 4 },
        { 64, 1, 4, 16, 4 },
        { 1, 64, 2, 16, 8 },
        { 33, 20, 2, 8, 2 },
        { 9, 300, 4, 8, 4 }, // rows come in several chunks
        { 31, 17, 4, 8, 1 },
    };

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Alpha_is_enlarged_as_Pillow_does_by_Lanczos(int width, int height, int channels, int bits, int scale)
    {
        var picture = RandomAlpha(width, height, channels, bits);
        var expected = PythonOracle.Run<float>(
            $"width, height, scale = {width}, {height}, {scale}\n" + LanczosInPillow, AlphaOf(picture));

        var (result, colours) = Merge(picture, scale, rowsAtATime: 13);

        Assert.Equal((width * scale, height * scale, channels), result.Size);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], result.Samples[(i + 1) * channels - 1], 2e-6f);
            for (var c = 0; c < channels - 1; c++)
                Assert.Equal(colours[i * (channels - 1) + c], result.Samples[i * channels + c]);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Opaque_alpha_stays_exactly_opaque(int bits)
    {
        var picture = new Picture(12, 9, 4, bits);
        picture.Bytes.Fill(0xFF);

        var (result, _) = Merge(picture, 4, rowsAtATime: 5);

        Assert.All(Enumerable.Range(0, 48 * 36), i => Assert.Equal(1f, result.Samples[4 * i + 3]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Alpha_that_has_been_made_before_is_taken_as_it_is(int bits)
    {
        var made = RandomAlpha(20, 12, 1, bits);

        var (result, _) = Merge(RandomAlpha(5, 3, 4, bits), 4, rowsAtATime: 5, made);

        Assert.Equal(AlphaOf(made), Enumerable.Range(0, 20 * 12).Select(i => result.Samples[(4 * i) + 3]));
    }

    [Fact]
    public void The_chain_is_completed_and_disposed()
    {
        using var next = new RecordingSink();
        using (var sink = new AlphaSink(new Picture(1, 1, 2, 8), next))
        {
            sink.Begin(2, 2, 1);
            sink.Write([0, 0, 0, 0], 2);
            Assert.False(next.Completed);
            sink.Complete();
        }

        Assert.True(next.Completed);
        Assert.True(next.Disposed);
    }

    private static (RecordingSink Result, float[] Colours) Merge(Picture picture, int scale, int rowsAtATime, Picture? made = null)
    {
        var (width, height, channels) = (picture.Width * scale, picture.Height * scale, picture.ColorChannels);
        var colours = Samples.Random(width * height * channels, seed: 5);
        var result = new RecordingSink();
        using var sink = new AlphaSink(picture, result, made);
        sink.Begin(width, height, channels);
        for (var y = 0; y < height; y += rowsAtATime)
            sink.Write(colours.AsSpan(y * width * channels), Math.Min(rowsAtATime, height - y));
        sink.Complete();
        return (result, colours);
    }

    private static Picture RandomAlpha(int width, int height, int channels, int bits)
    {
        var picture = new Picture(width, height, channels, bits);
        new Random(4).NextBytes(picture.Bytes);
        return picture;
    }

    private static float[] AlphaOf(Picture picture)
    {
        var alpha = new float[picture.Width * picture.Height];
        for (var i = 0; i < alpha.Length; i++)
        {
            var (y, sample) = (i / picture.Width, (i % picture.Width + 1) * picture.Channels - 1);
            alpha[i] = picture.Bits == 8 ? picture.Row8(y)[sample] / 255f : picture.Row16(y)[sample] / 65535f;
        }
        return alpha;
    }
}
