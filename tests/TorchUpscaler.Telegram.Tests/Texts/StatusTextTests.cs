using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Texts;

/// <summary>What the status of a picture and of an album says.</summary>
public sealed class StatusTextTests
{
    private static readonly PictureTerms s_terms = new("JPEG, PNG, WebP", 20 << 20, 50 << 20);
    private static readonly Job s_job = new() { Id = 1, Name = "cat.jpg", Scale = 4, State = JobState.Queued, IsActive = true };
    private static readonly Speech s_english = Speech.In(Language.English), s_russian = Speech.In(Language.Russian);

    [Fact]
    public void What_waits_is_told_its_place_and_time()
    {
        Assert.Equal("🕓 Accepted, ×4: place 3 in the queue, about 2 minutes", English(s_job, new QueuePlace(3, 100)));
        Assert.Equal("🕓 Принято, ×4: место 3 в очереди, ждать примерно 2 минуты", Russian(s_job, new QueuePlace(3, 100)));
        Assert.Equal("🕓 Accepted, ×4: it is next, about 5 seconds", English(s_job, new QueuePlace(1, 1)));
        Assert.Equal("🕓 Accepted, ×4: more than 1000 are before it in the queue", English(s_job, new QueuePlace(1001, null)));
        Assert.Equal("🕓 Accepted, ×4: place 7 in the queue", English(s_job, new QueuePlace(7, null)));
        Assert.EndsWith("\nSomething went wrong. I am trying again.", English(s_job with { Failures = 1 }, new QueuePlace(1, 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_runs_is_told_how_far_it_is()
    {
        var job = s_job with { State = JobState.Running, Progress = 0.42 };
        Assert.Equal("⚙️ Enlarging, ×4\n▓▓▓▓░░░░░░ 42 %\nAbout 20 seconds left", StatusTexts.Of(s_english, job, s_terms, secondsLeft: 17).Text);
        Assert.Equal("⚙️ Увеличиваю, ×4\n▓▓▓▓░░░░░░ 42 %", Russian(job));
        Assert.Equal("⚙️ Enlarging, ×4\n▓▓▓▓░░░░░░ 42 %\nIt gives way to a smaller picture for a moment.", StatusTexts.Of(s_english, job with { IsActive = false }, s_terms, secondsLeft: 17).Text);
    }

    [Fact]
    public void What_is_done_is_told_how_long_it_took_and_what_made_it()
    {
        var job = s_job with { State = JobState.Delivered, Seconds = 3.2, ResultWidth = 4000, ResultHeight = 3000, ResultModel = "x4plus" };
        Assert.Equal("✅ Done in 4 seconds: 4000×3000\nMade with x4plus", English(job));
        Assert.Equal("✅ Готово за 4 секунды: 4000×3000\nМодель: x4plus", Russian(job));
        Assert.Equal("📤 Done, it is on its way to you…", English(job with { State = JobState.Upscaled }));
    }

    [Fact]
    public void The_choosers_notes_are_told_in_the_persons_language()
    {
        var job = s_job with
        {
            State = JobState.Delivered,
            ResultModel = "x4fast",
            Note = "made with x4fast because the picture is large: 5.2 megapixels, and above 4 the fast model is taken; ×8 is reached by x4fast, then x4fast and Lanczos",
        };
        Assert.EndsWith("\nБольшие картинки здесь делает быстрая модель x4fast\n×8 получено так: x4fast, затем x4fast и изменение размера", Russian(job), StringComparison.Ordinal);
        Assert.EndsWith("\nLarge pictures are made with the fast model x4fast here\n×8 was reached by x4fast, then x4fast and resizing", English(job), StringComparison.Ordinal);
        Assert.EndsWith("\nСделано быстрой моделью x4fast: другой здесь нет", Russian(job with { Note = "made with x4fast because no larger model is installed" }), StringComparison.Ordinal);
        Assert.EndsWith("\nМодель: x4fast\n×2 получено так: x4plus и изменение размера", Russian(job with { Note = "something new; ×2 is reached by x4plus and Lanczos" }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_ends_otherwise_is_told_why()
    {
        Assert.Equal("✖️ Отменено", Russian(s_job with { State = JobState.Cancelled }));
        Assert.Contains("waited too long", English(s_job with { State = JobState.Expired }), StringComparison.Ordinal);
        Assert.Contains("could not bring it to you", English(s_job with { State = JobState.Expired, ResultModel = "x4plus" }), StringComparison.Ordinal);
        Assert.Equal("⚠️ It did not work.\nEnlarged ×8, the picture would be larger than I can make.\n×4 would fit.", StatusTexts.Of(
            s_english, s_job with { State = JobState.Failed, Scale = 8, Error = "the result of 40000×40000 has 1600 megapixels, and the limit here is 400; choose" }, s_terms, scaleThatFits: 4).Text);
    }

    [Fact]
    public void An_album_is_told_as_one()
    {
        var queued = s_job with { State = JobState.Queued };
        var running = s_job with { State = JobState.Running, Progress = 0.5 };
        var done = s_job with { State = JobState.Upscaled };
        var failed = s_job with { Name = "dog.txt", State = JobState.Failed, Error = "dog.txt is not a picture that can be read; give a JPEG" };
        var cancelled = s_job with { State = JobState.Cancelled };

        Assert.Equal("📥 Получено. Загружаю ваши фото…", Album(s_russian, s_job with { State = JobState.Received }, s_job with { State = JobState.Received }));
        Assert.Equal("📥 Got it. I am fetching your pictures…\n2 pictures, ×4\n1 of 2 done", Album(s_english, s_job with { State = JobState.Received }, done));
        Assert.Equal("🕓 Accepted, ×4: place 2 in the queue, about 40 seconds\n2 pictures, ×4", Album(s_english, queued, queued));
        Assert.Equal("🕓 Accepted, ×4: place 2 in the queue, about 40 seconds\n2 pictures, ×4", Album(s_english, s_job with { State = JobState.Received }, queued));
        Assert.Equal("⚙️ Enlarging, ×4\n▓▓▓▓▓░░░░░ 50 %\nAbout 40 seconds left\n3 pictures, ×4\n1 of 3 done", Album(s_english, done, running, queued));
        Assert.Equal("📤 Done, it is on its way to you…\n2 pictures, ×4", Album(s_english, done, done with { State = JobState.Delivered }, cancelled));
        Assert.Equal("✅ Готово за 4 секунды: 2 фото", Album(s_russian, done with { State = JobState.Delivered, Seconds = 1.5 }, done with { State = JobState.Delivered, Seconds = 2.2 }));
        Assert.Equal("✖️ Cancelled", Album(s_english, cancelled, cancelled));
        Assert.Equal("✅ Done in 2 seconds: 1 picture\n⚠️ dog.txt\nThis is no picture, or of a kind that I cannot read. Send me one of these: JPEG, PNG, WebP.",
            Album(s_english, done with { State = JobState.Delivered, Seconds = 2 }, failed));
        Assert.Equal("⚠️ dog.txt\nЭто не картинка, или такую я читать не умею. Пришлите одну из таких: JPEG, PNG, WebP.", Album(s_russian, failed));
        Assert.True(AlbumTexts.HasEnded([failed, cancelled]));
        Assert.False(AlbumTexts.HasEnded([failed, done]));
    }

    private static string English(Job job, QueuePlace? place = null) => StatusTexts.Of(s_english, job, s_terms, place).Text;

    private static string Russian(Job job, QueuePlace? place = null) => StatusTexts.Of(s_russian, job, s_terms, place).Text;

    private static string Album(Speech speech, params Job[] jobs) => AlbumTexts.Of(speech, jobs, s_terms, new QueuePlace(2, 20), 37, _ => null).Text;
}
