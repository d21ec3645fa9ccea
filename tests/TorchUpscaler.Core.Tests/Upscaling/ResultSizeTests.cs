namespace TorchUpscaler.Core.Tests.Upscaling;

public class ResultSizeTests
{
    [Theory]
    // picture, wish (scale, width, height), result
    [InlineData(100, 60, 3.5, null, null, 350, 210)]
    [InlineData(21, 3, 2.5, null, null, 53, 8)]          // halves up
    [InlineData(1000, 667, null, 1920, null, 1920, 1281)]
    [InlineData(1000, 667, null, null, 2160, 3238, 2160)]
    [InlineData(960, 540, null, 3840, 2160, 3840, 2160)]
    [InlineData(959, 540, null, 3840, 2160, 3836, 2160)]
    [InlineData(333, 1000, null, 3840, 2160, 719, 2160)]
    [InlineData(7, 5000, null, 100, 100, 1, 100)]        // at least a pixel
    [InlineData(4000, 3000, null, 800, null, 800, 600)]
    public void The_result_has_the_size_that_was_asked_for(int width, int height, double? scale, int? toWidth, int? toHeight, long resultWidth, long resultHeight)
    {
        var size = new ResultSize { Scale = scale, Width = toWidth, Height = toHeight };

        var choice = new ModelChoice([], size.ScaleOf(width, height)!.Value);

        Assert.Equal((resultWidth, resultHeight), choice.SizeOf(width, height));
    }

    [Fact]
    public void Any_width_is_met_to_the_pixel()
    {
        for (var width = 1; width < 300; width++)
        {
            for (var asked = 1; asked < 64 * width && asked < 2000; asked += 7)
                Assert.Equal(asked, new ModelChoice([], new ResultSize { Width = asked }.ScaleOf(width, 10)!.Value).SizeOf(width, 10).Width);
        }
    }

    [Fact]
    public void Nothing_asked_for_is_the_models_own() => Assert.Null(ResultSize.OfModel.ScaleOf(10, 10));

    [Fact]
    public void More_than_64_times_is_refused_with_a_sentence() => Assert.Equal(
        "the result would be ×80 of the picture of 10×10, and at most ×64 is made; ask for a smaller size",
        Assert.Throws<PictureException>(() => new ResultSize { Width = 800 }.ScaleOf(10, 10)).Message);
}
