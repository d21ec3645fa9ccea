namespace TorchUpscaler.Core.Tests.Sinks;

public class LanczosSinkTests
{
    // One channel after the other in 32-bit floats, as the sink works.
    private const string LanczosInPillow =
        "from PIL import Image\n" +
        "x = numpy.frombuffer(data, numpy.float32).reshape(height, width, channels).clip(0, 1)\n" +
        "planes = [Image.fromarray(x[:, :, c].copy()).resize((to_width, to_height), Image.Resampling.LANCZOS) for c in range(channels)]\n" +
        "out.write(numpy.stack([numpy.asarray(plane) for plane in planes], axis=2).tobytes())";

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
    public void A_picture_is_resized_as_Pillow_does_by_Lanczos(int width, int height, int toWidth, int toHeight, int channels)
    {
        var samples = Samples.Random(width * height * channels, seed: 9, -0.3f, 1.3f);
        var expected = PythonOracle.Run<float>(
            $"width, height, channels, to_width, to_height = {width}, {height}, {channels}, {toWidth}, {toHeight}\n" + LanczosInPillow, samples);
        using var result = new RecordingSink();
        using var sink = new LanczosSink(toWidth, toHeight, result);

        sink.Begin(width, height, channels);
        for (var y = 0; y < height; y += 5) sink.Write(samples.AsSpan(y * width * channels), Math.Min(5, height - y));
        sink.Complete();

        Assert.Equal((toWidth, toHeight, channels), result.Size);
        Assert.Equal(expected.Length, result.Samples.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - result.Samples[i]) <= 2e-6f, $"sample {i} of {expected.Length}: {result.Samples[i]} where Pillow has {expected[i]}");
        Assert.True(result.Completed);
    }

    [Fact]
    public void Rows_are_handed_on_as_soon_as_they_can_be()
    {
        using var result = new RecordingSink();
        using var sink = new LanczosSink(50, 50, result);
        sink.Begin(100, 100, 3);

        sink.Write(new float[60 * 100 * 3], 60);

        Assert.InRange(result.Rows, 25, 30); // 13 taps down
    }

    [Theory]
    [InlineData(400, 300, 200, 150, 3)]
    [InlineData(6000, 40, 3000, 20, 3)]
    [InlineData(64, 5000, 8, 625, 1)]
    public void Memory_is_foreseen(int width, int height, int toWidth, int toHeight, int channels)
    {
        using var sink = new LanczosSink(toWidth, toHeight, new RecordingSink());
        var before = GC.GetAllocatedBytesForCurrentThread();
        sink.Begin(width, height, channels);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var foreseen = LanczosSink.MemoryBytes(width, height, (toWidth, toHeight), channels);
        Assert.InRange(allocated, foreseen, (long)(foreseen * 1.02) + (1 << 16));
    }
}
