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

    [Fact]
    public void Alpha_is_enlarged_once_over_the_whole_chain()
    {
        var picture = Noise(6, 4, channels: 4, bits: 16);

        var chain = Made(picture, [4, 2], 8, out _);
        var single = Made(picture, [8], 8, out _);

        Assert.Equal(MemoryMarshal.Cast<byte, ushort>(single).ToArray(), MemoryMarshal.Cast<byte, ushort>(chain).ToArray());
    }

    [Fact]
    public void The_share_grows_over_the_whole_chain_by_what_each_network_costs()
    {
        var models = new[] { new FakeModel(2), new FakeModel(2) };
        using var run = Start(Noise(10, 20, 3, 8), models, 4, out var writer);
        var shares = new List<double>();
        while (shares.LastOrDefault() < 1) shares.Add(run.Step());

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

        Assert.Equal(1000 + (40 * 40 * 3 * 2) + (1600L << 20), error.RequiredBytes);
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
        Assert.Equal([1000 + between, 1000], models[1].Started.Select(options => options.ReservedBytes)); // foreseen, then there
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

    private static byte[] Made(Picture picture, int[] scales, int scale, out ResultShape shape)
    {
        using var run = Start(picture, [.. scales.Select(s => new FakeModel(s))], scale, out var writer);
        while (run.Step() < 1) { }
        Assert.True(writer.Completed);
        shape = writer.Shape;
        return [.. writer.Bytes];
    }

    private static PictureRun Start(Picture picture, FakeModel[] models, int scale, out RecordingWriter writer)
    {
        writer = new RecordingWriter(ResultShape.Of(picture, scale, PictureFormat.Png));
        return PictureRun.Start(picture, models, writer.Shape, writer, s_options);
    }

    private static Picture Noise(int width, int height, int channels, int bits)
    {
        var picture = new Picture(width, height, channels, bits);
        new Random(3).NextBytes(picture.Bytes);
        return picture;
    }
}
