using TorchUpscaler.Torch.Streaming;

namespace TorchUpscaler.Torch.Tests;

public class ResumableSinkTests
{
    private const int Width = 3, Height = 7, Channels = 2;

    [Theory]
    [InlineData(new[] { 2, 1 }, new[] { 7 })]
    [InlineData(new[] { 4 }, new[] { 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(new[] { 4 }, new[] { 3, 3, 1 })]
    [InlineData(new int[0], new[] { 5, 2 })]
    [InlineData(new[] { 1, 6 }, new[] { 4, 3 })]
    public void Rows_that_have_been_handed_on_are_not_handed_on_again(int[] before, int[] after)
    {
        var output = new CollectingSink();
        using var sink = new ResumableSink(output);
        Write(sink, before, value: 1);
        sink.Restart();
        Write(sink, after, value: 2);
        sink.Complete();

        var kept = before.Sum() * Width * Channels;
        Assert.True(output.Completed);
        Assert.All(output.Values[..kept], value => Assert.Equal(1, value));
        Assert.All(output.Values[kept..], value => Assert.Equal(2, value));
    }

    [Fact]
    public void It_may_begin_anew_more_than_once()
    {
        var output = new CollectingSink();
        using var sink = new ResumableSink(output);
        Write(sink, [2], value: 1);
        sink.Restart();
        Write(sink, [1], value: 2);
        sink.Restart();
        Write(sink, [3, 4], value: 3);
        sink.Complete();
        Assert.Equal([.. Enumerable.Repeat(1f, 12), .. Enumerable.Repeat(3f, 30)], output.Values);
    }

    private static void Write(ResumableSink sink, int[] counts, float value)
    {
        sink.Begin(Width, Height, Channels);
        foreach (var count in counts) sink.Write(Enumerable.Repeat(value, count * Width * Channels).ToArray(), count);
    }
}
