using System.Runtime.InteropServices;
using TorchUpscaler.Core.Tests.Sinks;

namespace TorchUpscaler.Core.Tests.Upscaling;

public sealed class PictureRunTests
{
    private static readonly RunOptions s_options = new() { MemoryBytes = 1 << 30, ReservedBytes = 1000, Threads = 1 };

    public static TheoryData<int, int, int[]> Chains => new()
    {
        // channels, bits, scales
        { 3, 8, [4] },
        { 3, 8, [4, 2] },
        { 3, 16, [2, 2, 2] },
        { 1, 8, [2, 2] },
        { 1, 16, [4] },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Each_network_of_a_chain_takes_what_the_one_before_has_made(int channels, int bits, int[] scales)
    {
        var picture = Noise(5, 3, channels, bits);
        var scale = scales.Aggregate(1, (product, factor) => product * factor);

        var result = Made(picture, scales, scale, out var shape);

        Assert.Equal((5 * scale, 3 * scale, channels, bits), (shape.Width, shape.Height, shape.Channels, shape.Bits));
        var bytes = bits / 8;
        for (var y = 0; y < shape.Height; y++)
        {
            for (var i = 0; i < shape.Width * channels * bytes; i++)
            {
                var (x, rest) = (i / (channels * bytes), i % (channels * bytes));
                Assert.Equal(picture.Bytes[(y / scale * picture.RowBytes) + (x / scale * channels * bytes) + rest], result[(y * shape.Width * channels * bytes) + i]);
            }
        }
    }

    [Theory]
    [InlineData(AlphaWay.Lanczos)]
    [InlineData(AlphaWay.Network)]
    public void Alpha_goes_with_the_whole_chain(AlphaWay way)
    {
        var taste = new Taste { Alpha = way };

        var chain = Made(Noise(6, 4, channels: 4, bits: 16), [4, 2], 8, out _, taste);
        var single = Made(Noise(6, 4, channels: 4, bits: 16), [8], 8, out _, taste);

        Assert.Equal(MemoryMarshal.Cast<byte, ushort>(single).ToArray(), MemoryMarshal.Cast<byte, ushort>(chain).ToArray());
    }

    [Theory]
    [InlineData(4, 8)]
    [InlineData(2, 16)]
    public void The_network_enlarges_alpha_as_a_grey_picture_before_the_colours(int channels, int bits)
    {
        var picture = Noise(6, 4, channels, bits);
        var original = picture.Bytes.ToArray();
        var model = new FakeModel(4);
        using var run = Start(picture, [model], 4, out var writer);
        var shares = Shares(run);

        var size = bits / 8;
        Assert.Equal([(1, bits), (channels, bits)], model.Inputs);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(0, shares[0]); // what is transparent gets colours first
        for (var i = 0; i < 24 * 16; i++)
        {
            var at = (i / 24 / 4 * 6) + (i % 24 / 4);
            Assert.Equal(original.AsSpan((((at + 1) * channels) - 1) * size, size).ToArray(), writer.Bytes.GetRange((((i + 1) * channels) - 1) * size, size));
        }
    }

    [Fact]
    public void Opaque_alpha_costs_nothing_and_stays()
    {
        var picture = Noise(6, 4, 4, 8);
        for (var i = 3; i < picture.Bytes.Length; i += 4) picture.Bytes[i] = 255;
        var model = new FakeModel(4);
        using var run = Start(picture, [model], 4, out var writer);
        _ = Shares(run);

        Assert.Equal(4, model.Steps); // a row each
        Assert.Equal([1000], model.Started.Select(options => options.ReservedBytes));
        Assert.All(Enumerable.Range(0, 24 * 16), i => Assert.Equal(255, writer.Bytes[(4 * i) + 3]));
    }

    [Fact]
    public void The_alpha_that_waits_for_the_colours_counts_in_the_budget()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        var picture = Noise(10, 10, 4, 16);
        using var run = Start(picture, models, 4, out _);
        _ = Shares(run);

        const int greyBetween = 20 * 20 * 2, between = 20 * 20 * 3 * 2, alpha = 40 * 40 * 2, sinks = ((4 * 10) + 40) * 4;
        const long left = PictureRun.LeftBytes;
        var preparing = TransparentColours.MemoryBytes(picture) + (10 * 10 * 2);
        // Foreseen from the last on, then as they come.
        Assert.Equal([1000 + between + alpha + left, 1000 + greyBetween + preparing, 1000 + between], models[0].Started.Select(options => options.ReservedBytes));
        Assert.Equal([1000 + between + alpha + left, 1000 + sinks + alpha + greyBetween + left, 1000 + sinks + alpha, 1000], models[1].Started.Select(options => options.ReservedBytes));
    }

    [Fact]
    public void Colours_under_transparent_pixels_do_not_reach_the_network()
    {
        var picture = new Picture(12, 8, 4, 8);
        new Random(5).NextBytes(picture.Bytes);
        for (var i = 0; i < 96; i++)
        {
            var isSeen = i % 12 is > 3 and < 9;
            picture.Bytes[(4 * i) + 3] = isSeen ? (byte)255 : (byte)0;
            if (isSeen) ((ReadOnlySpan<byte>)[200, 30, 90]).CopyTo(picture.Bytes[(4 * i)..]);
        }

        var made = Made(picture, [4], 4, out _);

        for (var i = 0; i < made.Length; i += 4) Assert.Equal([200, 30, 90], made[i..(i + 3)]);
    }

    [Theory]
    [InlineData(3, 8, new[] { 4 }, 4.0)]
    [InlineData(1, 16, new[] { 2, 2 }, 3.0)]
    [InlineData(4, 16, new[] { 4 }, 3.5)]
    public void A_strength_of_one_leaves_the_result_as_it_comes(int channels, int bits, int[] scales, double scale)
    {
        var untouched = Made(Noise(9, 7, channels, bits), scales, scale, out _);
        var whole = Made(Noise(9, 7, channels, bits), scales, scale, out _, new Taste { Strength = 1 });

        Assert.Equal(untouched, whole);
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(2, 16)]
    public void A_strength_of_nothing_is_Lanczos_alone_and_runs_no_network(int channels, int bits)
    {
        var model = new FakeModel(4);
        using var run = Start(Noise(9, 7, channels, bits), [model], 4, out var writer, new Taste { Strength = 0 });
        _ = Shares(run);

        var alone = Made(Noise(9, 7, channels, bits), [], 4, out _);
        var nearly = Made(Noise(9, 7, channels, bits), [4], 4, out _, new Taste { Strength = 1e-9 });
        Assert.Empty(model.Started);
        Assert.Equal(alone, writer.Bytes);
        Assert.Equal(nearly, writer.Bytes);
    }

    [Fact]
    public void Sixteen_bits_go_through_everything_unbroken()
    {
        // Two neighbouring levels of 65,536: in 8 bits anywhere on the way, they would be one.
        var taste = new Taste { Strength = 0.5, FixesColours = true };
        byte[] Of(ushort level)
        {
            var picture = new Picture(8, 8, 2, 16);
            for (var i = 0; i < 64; i++) (MemoryMarshal.Cast<byte, ushort>(picture.Bytes)[2 * i], MemoryMarshal.Cast<byte, ushort>(picture.Bytes)[(2 * i) + 1]) = (level, (ushort)(level + 7));
            return Made(picture, [4, 2], 5.5, out _, taste);
        }

        foreach (var level in new ushort[] { 300, 301, 40_000, 40_001 })
        {
            var made = MemoryMarshal.Cast<byte, ushort>(Of(level)).ToArray();
            Assert.Equal(44 * 44 * 2, made.Length);
            Assert.All(made.Where((_, i) => i % 2 == 0), sample => Assert.InRange(sample, level - 1, level + 1));
            Assert.All(made.Where((_, i) => i % 2 == 1), sample => Assert.InRange(sample, level + 6, level + 8));
            Assert.Equal(level, made.Where((_, i) => i % 2 == 0).Select(sample => (int)sample).Average(), 0.2);
        }
    }

    [Fact]
    public void Without_a_network_too_what_does_not_fit_is_refused()
    {
        var writer = new RecordingWriter(ResultShape.Of(Noise(10, 10, 3, 8), 4, PictureFormat.Png));

        var error = Assert.Throws<DoesNotFitException>(() => PictureRun.Start(Noise(10, 10, 3, 8), [], writer.Shape, writer, s_options with { MemoryBytes = 1 << 20 }));

        Assert.InRange(error.RequiredBytes, 10 << 20, 10L << 30);
    }

    [Fact]
    public void The_share_grows_over_the_whole_chain_by_what_each_network_costs()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        using var run = Start(Noise(10, 20, 3, 8), models, 4, out var writer);
        var shares = Shares(run);

        Assert.Equal(20 + 40, shares.Count);
        Assert.Equal(shares.Order(), shares);
        Assert.All(shares.SkipLast(1), share => Assert.InRange(share, 0, 0.9999));
        Assert.Equal(0.2, shares[19], 1e-9); // the second network's picture is four times as large
        Assert.True(writer.Completed);
        Assert.Equal(1, run.Step());
    }

    [Fact]
    public void A_chain_whose_second_network_does_not_fit_is_refused_before_any_work()
    {
        var models = new[] { new FakeModel(4), new FakeModel(2, bytesPerPixel: 1 << 20) };

        var error = Assert.Throws<DoesNotFitException>(() => Start(Noise(10, 10, 3, 8), models, 8, out _));

        Assert.Equal(1000 + (40 * 40 * 3 * 2) + PictureRun.LeftBytes + (1600L << 20), error.RequiredBytes);
        Assert.Equal(0, models.Sum(model => model.Steps + model.RunsAlive));
    }

    [Fact]
    public void The_picture_between_two_networks_counts_in_the_budget_until_it_is_there()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        using var run = Start(Noise(10, 10, 3, 8), models, 4, out _);
        while (run.Step() < 1) { }

        const int between = 20 * 20 * 3 * 2;
        Assert.Equal([1000 + between], models[0].Started.Select(options => options.ReservedBytes));
        Assert.Equal([1000 + between + PictureRun.LeftBytes, 1000], models[1].Started.Select(options => options.ReservedBytes)); // foreseen, then there
    }

    [Fact]
    public void A_second_network_that_comes_not_to_fit_is_tried_again_when_there_is_room()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        using var run = Start(Noise(10, 10, 3, 8), models, 4, out var writer);
        run.ReservedBytes = 2L << 30;
        for (var i = 0; i < 10; i++) run.Step();

        Assert.Throws<DoesNotFitException>(() => run.Step());
        Assert.Throws<DoesNotFitException>(() => run.Step());
        run.ReservedBytes = 300;
        _ = Shares(run);

        Assert.Equal(300, models[1].Started[^1].ReservedBytes);
        Assert.True(writer.Completed);
        Assert.Equal(Made(Noise(10, 10, 3, 8), [2, 2], 4, out _), writer.Bytes);
    }

    [Fact]
    public void A_run_that_is_given_up_leaves_no_run_and_no_writer_behind()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        var run = Start(Noise(10, 10, 3, 8), models, 4, out var writer);
        run.Step();
        Assert.Equal(1, models.Sum(model => model.RunsAlive));

        run.Dispose();

        Assert.Equal(0, models.Sum(model => model.RunsAlive));
        Assert.True(writer is { Disposed: true, Completed: false });
        Assert.False(models[0].IsDisposed); // the models stay the caller's
        Assert.Throws<ObjectDisposedException>(() => run.Step());
    }

    private static List<double> Shares(PictureRun run)
    {
        var shares = new List<double>();
        while (shares.LastOrDefault() < 1) shares.Add(run.Step());
        return shares;
    }

    private static byte[] Made(Picture picture, int[] scales, double scale, out ResultShape shape, Taste? taste = null)
    {
        using var run = Start(picture, [.. scales.Select(s => new FakeModel(s))], scale, out var writer, taste);
        _ = Shares(run);
        Assert.True(writer.Completed);
        shape = writer.Shape;
        return [.. writer.Bytes];
    }

    private static PictureRun Start(Picture picture, FakeModel[] models, double scale, out RecordingWriter writer, Taste? taste = null)
    {
        writer = new RecordingWriter(ResultShape.Of(picture, scale, PictureFormat.Png));
        return PictureRun.Start(picture, models, writer.Shape, writer, s_options, taste);
    }

    private static Picture Noise(int width, int height, int channels, int bits)
    {
        var picture = new Picture(width, height, channels, bits);
        new Random(3).NextBytes(picture.Bytes);
        return picture;
    }
}
