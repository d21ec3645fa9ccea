namespace TorchUpscaler.Core.Tests.Sinks;

public class LanczosSinkTests
{
    // One channel after the other in 32-bit floats, as the sink works.
    private const string LanczosInPillow =
        "from PIL import Image\n" +
        "x = numpy.frombuffer(data, numpy.float32).reshape(height, width, channels).clip(0, 1)\n" +
        "planes = [Image.fromarray(x[:, :, c].copy()).resize((to_width, to_height), Image.Resampling.LANCZOS) for c in range(channels)]\n" +
        "out.write(numpy.stack([numpy.asarray(plane) for plane in planes], axis=2).tobytes())";

    // Pillow on the samples as they are and on their light, and where that is darker than the nearest samples, no darker than the former.
    private const string LinearLanczosInPillow =
        """
        from PIL import Image
        x = numpy.frombuffer(data, numpy.float32).reshape(height, width, channels).clip(0, 1)
        light = numpy.where(x <= 0.04045, x / 12.92, ((x.astype(float) + 0.055) / 1.055) ** 2.4).astype(numpy.float32)
        resized = lambda a: numpy.stack([numpy.asarray(Image.fromarray(a[:, :, c].copy()).resize((to_width, to_height), Image.Resampling.LANCZOS))
                                         for c in range(channels)], axis=2).astype(float)
        linear = resized(light).clip(0, 1)
        linear = numpy.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        def darkest(a, to):
            scale = len(a) / to
            near = lambda i: [k for k in range(len(a)) if abs(k + 0.5 - (i + 0.5) * len(a) / to) < max(1, scale) - 1e-9]
            return numpy.stack([a[near(i)].min(axis=0) for i in range(to)])
        low = darkest(darkest(x, to_height).transpose(1, 0, 2), to_width).transpose(1, 0, 2)
        out.write(numpy.maximum(linear, numpy.minimum(resized(x), low)).astype(numpy.float32).tobytes())
        """;

    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        // width, height, result's width and height, channels
        { 40, 24, 20, 12, 3 },    // ×4 to ×2
        { 64, 48, 32, 24, 1 },
        { 80, 64, 40, 32, 3 },
        { 48, 36, 36, 27, 3 },    // ×4 to ×3
        { 160, 112, 10, 7, 3 },   // ×16 to ×1
        { 16, 16, 1, 1, 3 },
        { 300, 3, 75, 1, 1 },
        { 4, 400, 3, 300, 3 },
        { 31, 17, 31, 17, 3 },
        { 9, 7, 20, 15, 1 },      // enlarging is the same
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_picture_is_resized_as_Pillow_does_by_Lanczos(int width, int height, int toWidth, int toHeight, int channels) =>
        AssertIsAsIn(LanczosInPillow, Light.Stored, width, height, toWidth, toHeight, channels, Samples.Random(width * height * channels, seed: 9, -0.3f, 1.3f), 2e-6f);

    // A sixth of a 16-bit level; near black the curve makes 13 times as much of what 32-bit floats lose.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void In_linear_light_it_is_what_Pillow_makes_of_the_light(int width, int height, int toWidth, int toHeight, int channels) =>
        AssertIsAsIn(LinearLanczosInPillow, Light.Linear, width, height, toWidth, toHeight, channels, Samples.Random(width * height * channels, seed: 9, -0.3f, 1.3f), 1e-5f);

    [Theory]
    [InlineData(40, 100)]
    [InlineData(160, 100)]
    public void An_edge_has_no_darker_halo_in_linear_light_than_among_stored_samples(int width, int toWidth)
    {
        // Dark grey, a white stroke, dark grey.
        var samples = Enumerable.Range(0, width).Select(x => x >= width * 2 / 5 && x < width * 3 / 5 ? 1f : 0.2f).ToArray();

        var linear = Resized(samples, width, 1, toWidth, 1, 1, Light.Linear);
        var stored = Resized(samples, width, 1, toWidth, 1, 1, Light.Stored);

        Assert.InRange(stored.Min(), 0.05f, 0.195f); // it has one
        Assert.All(linear.Zip(stored), pair => Assert.True(pair.First >= Math.Min(0.2f, pair.Second) - 1e-6f, $"{pair.First} beside {pair.Second}"));
    }

    [Fact]
    public void A_fine_pattern_keeps_its_brightness_in_linear_light()
    {
        var samples = Enumerable.Range(0, 64 * 64).Select(i => (float)(i % 2)).ToArray();

        var linear = Resized(samples, 64, 64, 16, 16, 1, Light.Linear);

        // Half of white's light is 188 of 255; towards the border strokes are missing.
        Assert.All(linear.Where((_, i) => i % 16 is > 2 and < 13), sample => Assert.Equal(188 / 255f, sample, 0.005f));
    }

    [Fact]
    public void Rows_are_handed_on_as_soon_as_they_can_be()
    {
        using var result = new RecordingSink();
        using var sink = new LanczosSink(50, 50, Light.Linear, result);
        sink.Begin(100, 100, 3);

        sink.Write(new float[60 * 100 * 3], 60);

        Assert.InRange(result.Rows, 25, 30); // 13 taps down
    }

    [Theory]
    [InlineData(400, 300, 200, 150, 3, Light.Linear)]
    [InlineData(6000, 40, 3000, 20, 3, Light.Linear)]
    [InlineData(64, 5000, 8, 625, 1, Light.Stored)]
    public void Memory_is_foreseen(int width, int height, int toWidth, int toHeight, int channels, Light light)
    {
        using var sink = new LanczosSink(toWidth, toHeight, light, new RecordingSink());
        var before = GC.GetAllocatedBytesForCurrentThread();
        sink.Begin(width, height, channels);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var foreseen = LanczosSink.MemoryBytes(width, height, (toWidth, toHeight), channels, light);
        Assert.InRange(allocated, foreseen, (long)(foreseen * 1.02) + (1 << 16));
    }

    private static void AssertIsAsIn(
        string script, Light light, int width, int height, int toWidth, int toHeight, int channels, float[] samples, float tolerance)
    {
        var expected = PythonOracle.Run<float>($"width, height, channels, to_width, to_height = {width}, {height}, {channels}, {toWidth}, {toHeight}\n" + script, samples);

        var result = Resized(samples, width, height, toWidth, toHeight, channels, light);

        Assert.Equal(expected.Length, result.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - result[i]) <= tolerance, $"sample {i} of {expected.Length}: {result[i]} where Pillow has {expected[i]}");
    }

    private static List<float> Resized(float[] samples, int width, int height, int toWidth, int toHeight, int channels, Light light)
    {
        using var result = new RecordingSink();
        using var sink = new LanczosSink(toWidth, toHeight, light, result);
        sink.Begin(width, height, channels);
        for (var y = 0; y < height; y += 5) sink.Write(samples.AsSpan(y * width * channels), Math.Min(5, height - y));
        sink.Complete();
        Assert.Equal((toWidth, toHeight, channels), result.Size);
        Assert.True(result.Completed);
        return result.Samples;
    }
}
