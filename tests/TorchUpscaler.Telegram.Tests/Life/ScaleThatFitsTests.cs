using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Where a scale is too large for a picture, the largest one that fits is offered.</summary>
public sealed class ScaleThatFitsTests
{
    private static readonly PictureLimits s_limits = new(64_000_000, 4_000_000);

    [Theory]
    [InlineData(500, 500, 8, 4)] // 4 megapixels are just allowed
    [InlineData(501, 500, 8, 2)]
    [InlineData(1000, 1000, 4, 2)]
    [InlineData(1001, 1000, 4, null)]
    public void Of_the_scales_whose_result_is_allowed(int width, int height, int scale, int? fits)
    {
        var refusal = Assert.Throws<PictureException>(() => s_limits.Check(new PictureHeader(width, height, 3, 8, null), new ModelChoice([], scale), PictureFormat.Png));

        Assert.Equal(fits, View().ScaleThatFits(Failed(scale, PictureFormat.Png, refusal.Message)));
    }

    [Fact]
    public void Of_the_scales_that_the_format_can_hold()
    {
        var refusal = Assert.Throws<PictureException>(() => PictureFormats.CheckSize(PictureFormat.WebP, 4000 * 8, 10 * 8));

        Assert.Equal(4, View().ScaleThatFits(Failed(8, PictureFormat.WebP, refusal.Message)));
    }

    [Theory]
    [InlineData("the stored picture is gone; send it again")]
    [InlineData("the result of 99999999999999999999×1 has 3 megapixels, and the limit here is 2; send a smaller picture or choose a smaller scale")]
    public void None_where_another_scale_would_not_help_or_the_size_is_not_told(string error) => Assert.Null(View().ScaleThatFits(Failed(8, PictureFormat.Png, error)));

    [Fact]
    public void It_is_offered_by_a_button_of_a_message_of_its_own()
    {
        var refusal = Assert.Throws<PictureException>(() => s_limits.Check(new PictureHeader(500, 500, 3, 8, null), new ModelChoice([], 8), PictureFormat.Png));
        var job = Failed(8, PictureFormat.Png, refusal.Message) with { Id = 12, ToldAt = 1, Payload = new PictureRequest { Chat = 7, Message = 3, Person = 7, FileId = "f" }.ToPayload(), FrontEnd = "telegram" };

        var says = View().Of(new OpenStatus(new StatusMessage { Key = "k" }, [new PhotoNow(new StatusPhoto { Job = 12 }, job)]), null)!;

        Assert.True(says.IsBadNews);
        Assert.Contains("×4 would fit", says.Text.Text, StringComparison.Ordinal);
        Assert.Equal("x:12:4", says.Keyboard!.Rows[0][0].Data);
    }

    [Fact]
    public void Where_none_fits_a_smaller_picture_is_asked_for()
    {
        var refusal = Assert.Throws<PictureException>(() => s_limits.Check(new PictureHeader(1001, 1000, 3, 8, null), new ModelChoice([], 4), PictureFormat.Png));
        var job = Failed(4, PictureFormat.Png, refusal.Message) with { Id = 12, ToldAt = 1 };

        Assert.Equal("⚠️ It did not work.\nEnlarged ×4, the picture would be larger than I can make.\nSend a smaller one.", Said(job).Text.Text);
        Assert.Empty(Said(job).Rows);
    }

    [Fact]
    public void Of_an_album_each_gets_a_button_with_its_name()
    {
        var refusal = Assert.Throws<PictureException>(() => s_limits.Check(new PictureHeader(500, 500, 3, 8, null), new ModelChoice([], 8), PictureFormat.Png));
        var job = Failed(8, PictureFormat.Png, refusal.Message) with { Id = 12, Name = "a.png", ToldAt = 1 };

        var says = Said(job, job with { Id = 13, Name = "b.png" });

        Assert.Equal([("×4: a.png", "x:12:4"), ("×4: b.png", "x:13:4")], says.Rows.Select(button => (button.Text, button.Data!)));
        Assert.Equal(2, says.Text.Text.Split("×4 would fit.").Length - 1);
    }

    private static StatusSays Said(params Job[] jobs) => View().Of(
        new OpenStatus(new StatusMessage { Key = "k", Count = jobs.Length }, [.. jobs.Select(job => new PhotoNow(new StatusPhoto { Job = job.Id }, job))]), null)!;

    private static StatusView View() => new(new LifeOptions { Terms = new PictureTerms("PNG", 1, 1), Limits = s_limits });

    private static Job Failed(int scale, PictureFormat format, string error) => new() { State = JobState.Failed, Scale = scale, Format = format, Error = error };
}
