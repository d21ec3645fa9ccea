namespace TorchUpscaler.Core.Tests.Sinks;

public class EncodeSinkTests
{
    private const string RoundInNumpy =
        "x = numpy.frombuffer(data, numpy.float32)\n" +
        "out.write((x.clip(0, 1) * numpy.float32(white)).round().astype(kind).tobytes())";

    private readonly List<RecordingWriter> _writers = [];

    [Theory]
    [InlineData(8, "255", "uint8")]
    [InlineData(16, "65535", "uint16")]
    public void Rounds_as_numpy_does(int bits, string white, string type)
    {
        // Values all over the range and outside, and the exact halves where half-to-even and half-up part.
        var halves = Enumerable.Range(0, 256).Select(i => (i + 0.5f) / float.Parse(white, null));
        float[] samples = [.. Samples.Random(20_000, seed: 1, -0.3f, 1.3f), .. halves, 0, 1, -0f, float.PositiveInfinity, float.NegativeInfinity];
        var expected = PythonOracle.Run<byte>($"white, kind = {white}, '{type}'\n" + RoundInNumpy, samples);

        Encode(bits, samples.Length, 1, 1, samples, rowsAtATime: 1);

        Assert.Equal(expected, _writers[0].Bytes);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void A_sample_is_rounded_alike_wherever_it_stands_in_a_row(int bits)
    {
        var samples = Samples.Random(300, seed: 2, -0.1f, 1.1f);
        var together = new ushort[samples.Length];
        var alone = new ushort[samples.Length];
        for (var i = 0; i < samples.Length; i++) RoundTo(bits, samples.AsSpan(i, 1), alone.AsSpan(i, 1));

        for (var length = 1; length <= samples.Length; length++)
        {
            RoundTo(bits, samples.AsSpan(0, length), together.AsSpan(0, length));
            Assert.Equal(alone.AsSpan(0, length).ToArray(), together.AsSpan(0, length).ToArray());
        }
    }

    [Fact]
    public void A_value_that_is_no_number_becomes_black()
    {
        var samples = Enumerable.Repeat(float.NaN, 99).ToArray();

        Encode(8, width: 99, height: 1, channels: 1, samples, rowsAtATime: 1);

        Assert.All(_writers[0].Bytes, sample => Assert.Equal(0, sample));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void The_result_does_not_depend_on_how_many_rows_come_at_a_time(int rowsAtATime)
    {
        var samples = Samples.Random(40 * 5000 * 3, seed: 3);

        Encode(8, 5000, 40, 3, samples, rowsAtATime: 40);
        Encode(8, 5000, 40, 3, samples, rowsAtATime);

        Assert.Equal(_writers[0].Bytes, _writers[1].Bytes);
        Assert.True(_writers[1].Completed);
    }

    [Fact]
    public void The_encoder_is_told_size_bits_and_metadata()
    {
        var metadata = new PictureMetadata { HorizontalResolution = 3 };
        using var sink = new EncodeSink(16, metadata, Create);

        sink.Begin(5, 4, 2);

        Assert.Equal(new ResultShape(5, 4, 2, 16, metadata), _writers[0].Shape);
    }

    [Fact]
    public void An_incomplete_picture_is_not_completed()
    {
        using var sink = new EncodeSink(8, PictureMetadata.None, Create);
        sink.Begin(2, 3, 1);
        sink.Write([0, 0, 0, 0], 2);

        Assert.Throws<InvalidOperationException>(sink.Complete);
        sink.Dispose();

        Assert.False(_writers[0].Completed);
        Assert.True(_writers[0].Disposed);
    }

    [Fact]
    public void More_rows_than_announced_are_refused()
    {
        using var sink = new EncodeSink(8, PictureMetadata.None, Create);
        sink.Begin(1, 2, 1);

        Assert.Throws<InvalidOperationException>(() => sink.Write([0, 0, 0], 3));
    }

    private RecordingWriter Create(ResultShape shape)
    {
        _writers.Add(new RecordingWriter(shape));
        return _writers[^1];
    }

    private void Encode(int bits, int width, int height, int channels, float[] samples, int rowsAtATime)
    {
        using var sink = new EncodeSink(bits, PictureMetadata.None, Create);
        sink.Begin(width, height, channels);
        for (var y = 0; y < height; y += rowsAtATime)
            sink.Write(samples.AsSpan(y * width * channels), Math.Min(rowsAtATime, height - y));
        sink.Complete();
    }

    private static void RoundTo(int bits, ReadOnlySpan<float> samples, Span<ushort> target)
    {
        if (bits == 16)
        {
            Rounding.ToUInt16(samples, target);
            return;
        }
        Span<byte> bytes = stackalloc byte[samples.Length];
        Rounding.ToBytes(samples, bytes);
        for (var i = 0; i < bytes.Length; i++) target[i] = bytes[i];
    }
}
