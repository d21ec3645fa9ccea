using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>How long is still to be waited, as it is told.</summary>
public sealed class TimeLeftTests
{
    private static readonly Job s_running = new() { Id = 1, State = JobState.Running, IsActive = true, Scale = 4, Cost = 100 };

    [Theory]
    [InlineData(0, "About 2 minutes left")]
    [InlineData(0.03, "About 2 minutes left")] // begun again after a restart: its first start was long ago
    [InlineData(0.9, "About 10 seconds left")]
    public void What_is_left_of_the_estimate_however_long_ago_it_first_began(double progress, string told) =>
        Assert.EndsWith(told, Said(null, null, s_running with { Progress = progress, StartedAt = 1, Attempt = 3 }), StringComparison.Ordinal);

    [Fact]
    public void An_album_is_told_when_its_last_picture_will_be_done()
    {
        var waiting = s_running with { Id = 2, State = JobState.Queued };
        Assert.StartsWith("🕓 Accepted, ×4: place 2 in the queue, about 5 minutes", Said(new QueuePlace(2, 120), new QueuePlace(4, 300), waiting, waiting with { Id = 3 }), StringComparison.Ordinal);
        Assert.Contains("About 5 minutes left", Said(new QueuePlace(1, 200), new QueuePlace(2, 300), s_running, waiting, waiting with { Id = 3 }), StringComparison.Ordinal);
        Assert.Contains("About 4 minutes left", Said(new QueuePlace(1, 200), null, s_running, waiting), StringComparison.Ordinal);
        Assert.Contains("About 50 seconds left", Said(null, null, s_running with { State = JobState.Upscaled }, s_running with { Id = 2, Progress = 0.5 }), StringComparison.Ordinal);
        // What is still being fetched has no estimate.
        Assert.DoesNotContain("about", Said(new QueuePlace(2, 120), null, waiting, s_running with { Id = 3, State = JobState.Received }), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Where_nobody_works_no_time_is_promised()
    {
        var job = s_running with { State = JobState.Queued, Name = "cat.png" };
        Assert.Equal("🕓 Accepted, ×4: place 1 in the queue", Said(new QueuePlace(1, null), null, job));
        Assert.Equal("Your pictures\n1. cat.png, ×4: place 1", QueueTexts.List(Speech.In(Language.English), [(job, new QueuePlace(1, null))], 0).Text);
    }

    private static string Said(QueuePlace? place, QueuePlace? last, params Job[] jobs)
    {
        var open = new OpenStatus(new StatusMessage { Key = "k", Count = jobs.Length }, [.. jobs.Select(job => new PhotoNow(new StatusPhoto { Job = job.Id }, job))]);
        var view = new StatusView(new LifeOptions { Terms = new PictureTerms("PNG", 1, 1), Limits = new Core.PictureLimits(1, 1) });
        return view.Of(open, place, last)!.Text.Text;
    }
}
