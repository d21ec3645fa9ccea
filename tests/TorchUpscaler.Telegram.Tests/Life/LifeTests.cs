using TorchUpscaler.BotServer;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>A photo's whole way, as people see it.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task A_document_comes_back_larger_and_its_status_message_says_so()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");

        var sent = anna.SendDocument(TestPictures.Png(20, 10), "cat.png");

        var result = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(("cat_x4.png", 80, 40, sent.Id), (result.Document!.Name, result.Document.Width, result.Document.Height, result.ReplyTo!.Id));
        var status = await anna.Chat.WaitFor(message => message.Text?.Contains("Done", StringComparison.Ordinal) == true);
        Assert.Equal((sent.Id, 0), (status.ReplyTo!.Id, status.Buttons.Count));
        Assert.Equal(2, anna.Chat.FromBot.Count);
        await BotRig.Until(() => rig.Store.Find(1)!.State == JobState.Delivered && rig.Data.Statuses.Open().Count == 0, "all is told");
        Assert.Equal(0, rig.Metrics.Duplicates);
    }

    [Fact]
    public async Task An_album_comes_back_as_an_album_with_one_status_message()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna", "ru");

        anna.SendAlbum([("a.png", TestPictures.Png(10, 10, 1)), ("b.png", TestPictures.Png(11, 10, 2)), ("c.png", TestPictures.Png(12, 10, 3))], "x2");

        await anna.Chat.WaitUntil(() => anna.Chat.FromBot.Count(message => message.Document is not null) == 3);
        var results = anna.Chat.FromBot.Where(message => message.Document is not null).ToList();
        Assert.Equal(["a_x2.png", "b_x2.png", "c_x2.png"], results.Select(result => result.Document!.Name));
        Assert.Single(results.Select(result => result.AlbumId).Distinct());
        Assert.NotNull(results[0].AlbumId);
        await anna.Chat.WaitFor(message => message.Text?.Contains('3') == true && message.Buttons.Count == 0);
        Assert.Equal(4, anna.Chat.FromBot.Count);
    }

    [Fact]
    public async Task What_is_sent_again_comes_at_once_from_Telegrams_own_file()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        var first = await anna.Chat.WaitFor(message => message.Document is not null);
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "all is told");

        anna.SendDocument(TestPictures.Png(20, 10), "dog.png");

        var second = await anna.Chat.WaitFor(message => message.Document is not null && message.Id > first.Id + 1);
        Assert.Equal(first.Document!.Sha256, second.Document!.Sha256);
        Assert.Single(rig.Store.List(null, null, 10));

        // Somebody else's picture is made for them.
        var ben = rig.Server.AddPerson("Ben");
        ben.SendDocument(TestPictures.Png(20, 10), "dog.png");
        await ben.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(2, rig.Store.List(null, null, 10).Count);
    }

    [Fact]
    public async Task A_waiting_photo_shows_its_place_and_is_cancelled_by_its_button()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        var status = await anna.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);

        var press = anna.PressButton(status, "Cancel");

        await press.Answer.WaitAsync(TimeSpan.FromSeconds(30));
        await anna.Chat.WaitUntil(() => status.Text!.Contains("Cancelled", StringComparison.Ordinal) && status.Buttons.Count == 0);
        await BotRig.Until(() => rig.Store.Find(1) is { State: JobState.Cancelled, ToldAt: not null }, "the job is seen off");
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "the status message is done");
        Assert.Single(anna.Chat.FromBot);
    }

    [Theory]
    [InlineData("fails.png", 20, "It did not work")]
    [InlineData("broken.png", 0, "no picture")]
    [InlineData("large.png", 2000, "larger than I can take")]
    public async Task What_fails_is_told_in_a_message_of_its_own_that_replies_to_the_photo(string name, int side, string told)
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");

        var sent = anna.SendDocument(side == 0 ? "this is no picture"u8.ToArray() : TestPictures.Png(side, side), name, mime: "image/png");

        var failure = await anna.Chat.WaitFor(message => message.Text?.Contains(told, StringComparison.Ordinal) == true && !message.IsSilent);
        Assert.Equal(sent.Id, failure.ReplyTo!.Id);
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "all is told");
        Assert.Equal(failure, Assert.Single(anna.Chat.FromBot));
        Assert.DoesNotContain(anna.Chat.FromBot, message => message.Text!.Contains('/', StringComparison.Ordinal) && message.Text.Contains("tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)] // the failure takes the place of a message that said something else
    [InlineData(60)]
    public async Task The_scale_that_fits_is_taken_by_its_button(int silentSeconds)
    {
        await using var rig = await BotRig.Start(rig => rig.Life = rig.Life with { SilentFetch = TimeSpan.FromSeconds(silentSeconds) });
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(600, 600), "cat.png", "x4");
        var failure = await anna.Chat.WaitFor(message => message.Buttons.Any(row => row.Contains("Enlarge ×2")));
        await rig.WhenDone();

        anna.PressButton(failure, "Enlarge ×2");

        var result = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(("cat_x2.png", 1200, failure.ReplyTo), (result.Document!.Name, result.Document.Width, result.ReplyTo));
        await anna.Chat.WaitUntil(() => failure.Buttons.Count == 0);
        await rig.WhenDone();
    }

    [Fact]
    public async Task Photo_and_file_come_as_was_set()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Data.People.Meet(anna.Id, "en", isPrivate: true);
        rig.Data.People.Set(new Telegram.Data.Person { Id = anna.Id, ReplyAs = ReplyAs.Both, Scale = 2 });

        anna.SendPhoto(TestPictures.Png(100, 50));

        var photo = await anna.Chat.WaitFor(message => message.Photo.Count > 0);
        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal((200, 100), (document.Document!.Width, document.Document.Height));
        Assert.Equal((200, 100), (photo.Photo[^1].Width, photo.Photo[^1].Height));
        // Telegram had compressed it.
        await anna.Chat.WaitFor(message => message.Text?.Contains("compressed", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task What_is_too_long_for_a_photo_comes_as_a_file_and_says_why()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Data.People.Meet(anna.Id, "en", isPrivate: true);
        rig.Data.People.Set(new Telegram.Data.Person { Id = anna.Id, ReplyAs = ReplyAs.Photo, Scale = 2 });

        anna.SendDocument(TestPictures.Png(300, 10), "strip.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Contains("as a photo", document.Caption, StringComparison.Ordinal);
        Assert.DoesNotContain(anna.Chat.FromBot, message => message.Photo.Count > 0);
    }

    [Fact]
    public async Task A_result_above_the_limit_comes_as_the_JPEG_that_fits_and_says_so()
    {
        var terms = new Telegram.Texts.PictureTerms("PNG", 20 << 20, 10_000);
        await using var rig = await BotRig.Start(rig => rig.Life = rig.Life with { Terms = terms });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal("noise_x4.jpg", document.Document!.Name);
        Assert.InRange(document.Document.Size, 1, 10_000);
        Assert.Equal((480, 320), (document.Document.Width, document.Document.Height));
        Assert.Contains("JPEG of quality", document.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_no_quality_makes_small_enough_is_explained()
    {
        var terms = new Telegram.Texts.PictureTerms("PNG", 20 << 20, 500);
        await using var rig = await BotRig.Start(rig => rig.Life = rig.Life with { Terms = terms });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");

        await anna.Chat.WaitFor(message => message.Text?.Contains("small enough", StringComparison.Ordinal) == true);
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "all is told");
        Assert.Null(Assert.Single(anna.Chat.FromBot).Document);
    }

    [Fact]
    public async Task Whoever_blocks_the_bot_gets_nothing_and_holds_up_nobody()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var (anna, ben) = (rig.Server.AddPerson("Anna"), rig.Server.AddPerson("Ben"));
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await anna.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);
        anna.BlockBot();
        await BotRig.Until(() => rig.Data.People.Find(anna.Id)!.HasBlocked, "the block is noted");

        await rig.StopBot();
        rig.HasWorker = true;
        await rig.StartBot();
        ben.SendDocument(TestPictures.Png(21, 10), "dog.png");

        await ben.Chat.WaitFor(message => message.Document is not null);
        await BotRig.Until(() => rig.Store.List(null, null, 10).All(job => job.ToldAt is not null), "all jobs are seen off");
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "no status message is open");
    }

    [Fact]
    public async Task After_a_restart_in_the_middle_everything_goes_on()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var people = Enumerable.Range(0, 5).Select(i => rig.Server.AddPerson($"P{i}")).ToList();
        foreach (var person in people) person.SendDocument(TestPictures.Png(20, 10, person.FirstName[1]), "cat.png");
        foreach (var person in people) await person.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);

        await rig.StopBot();
        rig.HasWorker = true;
        await rig.StartBot();

        foreach (var person in people)
        {
            await person.Chat.WaitFor(message => message.Document is not null);
            await person.Chat.WaitFor(message => message.Text?.Contains("Done", StringComparison.Ordinal) == true);
            Assert.Equal(2, person.Chat.FromBot.Count);
        }
    }

    [Fact]
    public async Task A_slow_download_holds_up_nobody()
    {
        await using var rig = await BotRig.Start();
        var (slow, quick) = (rig.Server.AddPerson("Slow"), rig.Server.AddPerson("Quick"));
        rig.Server.Faults.DownloadBytesPerSecond = 10_000;
        var large = new byte[20 << 20];
        Random.Shared.NextBytes(large);
        slow.SendDocument(large, "large.png", mime: "image/png");
        await BotRig.Until(() => rig.Store.List(JobState.Received, null, 10).Any(job => job.LeaseOwner is not null), "the slow download has begun");

        quick.SendDocument(TestPictures.Png(20, 10), "cat.png");

        await quick.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(JobState.Received, rig.Store.Find(1)!.State);
        await slow.Chat.WaitFor(message => message.Text?.Contains("fetching", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_result_whose_confirmation_was_lost_is_sent_again_and_counted()
    {
        await using var rig = await BotRig.Start();
        rig.Server.Faults.Next(Fault.LostAnswer, "sendDocument");
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");

        await anna.Chat.WaitUntil(() => anna.Chat.FromBot.Count(message => message.Document is not null) == 2);
        await BotRig.Until(() => rig.Store.Find(1)!.State == JobState.Delivered, "it is delivered");
        Assert.Equal(1, rig.Metrics.Duplicates);
    }

    [Fact]
    public async Task A_group_that_becomes_a_supergroup_meanwhile_gets_its_results_there()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddGroup("Cats", anna);
        group.SendDocument(anna, TestPictures.Png(20, 10), "cat.png", $"@{rig.Server.Username}");
        await group.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);

        await rig.StopBot();
        var super = group.Migrate(-1001234);
        rig.HasWorker = true;
        await rig.StartBot();

        await super.WaitFor(message => message.Document is not null);
        await BotRig.Until(() => rig.Store.Find(1)!.State == JobState.Delivered, "it is delivered");
    }
}
