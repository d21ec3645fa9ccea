using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>A picture that was made before: from Telegram's own file, with all that was said of it.</summary>
public sealed class RepeatTests
{
    [Theory]
    [InlineData(ReplyAs.Photo)]
    [InlineData(ReplyAs.Both)]
    public async Task It_comes_as_was_set(ReplyAs replyAs)
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, replyAs);
        await Made(rig, anna, replyAs == ReplyAs.Both ? 2 : 1);

        anna.SendDocument(TestPictures.Png(20, 10), "again.png");

        await BotRig.WhenResults(anna.Chat, replyAs == ReplyAs.Both ? 4 : 2);
        Assert.Contains("already", anna.Chat.FromBot[^1].Caption, StringComparison.Ordinal);
        Assert.Equal(2, anna.Chat.FromBot.Count(message => message.Photo.Count > 0));
        Assert.Single(rig.Store.List(null, null, 10));
    }

    [Theory]
    [InlineData(Fault.ServerError, 1, 1, 1)]
    [InlineData(Fault.LostAnswer, 2, 1, 3)]
    [InlineData(Fault.CutRequest, 3, 2, 1)] // then it is made
    public async Task It_is_answered_whatever_becomes_of_the_call(Fault fault, int times, int jobs, int answers)
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        await Made(rig, anna, 1);
        rig.Server.Faults.Next(fault, "sendDocument", times);

        anna.SendDocument(TestPictures.Png(20, 10), "again.png");

        await BotRig.WhenResults(anna.Chat, 1 + answers);
        await rig.WhenDone();
        Assert.Equal(jobs, rig.Store.List(null, null, 10).Count);
        Assert.Equal(times, rig.Metrics.Duplicates);
    }

    [Fact]
    public async Task The_file_comes_although_the_photo_came_and_the_file_did_not()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, ReplyAs.Both);
        await Made(rig, anna, 2);
        rig.Server.Faults.Next(Fault.BadGateway, "sendDocument", 2);

        anna.SendDocument(TestPictures.Png(20, 10), "again.png");

        await BotRig.WhenResults(anna.Chat, 4);
        Assert.Equal(2, anna.Chat.FromBot.Count(message => message.Document is not null));
        Assert.Single(rig.Store.List(null, null, 10));
    }

    [Theory]
    [InlineData(ReplyAs.Photo)]
    [InlineData(ReplyAs.Both)]
    public async Task What_came_as_a_file_because_it_can_be_no_photo_comes_so_again_and_says_so(ReplyAs replyAs)
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, replyAs);
        for (var times = 1; times <= 2; times++)
        {
            anna.SendDocument(TestPictures.Png(300, 10), "strip.png");
            await BotRig.WhenResults(anna.Chat, times);
            await rig.WhenDone();
            Assert.Contains("as a photo", anna.Chat.FromBot.Last(message => message.Document is not null).Caption, StringComparison.Ordinal);
        }
        Assert.Single(rig.Store.List(null, null, 10));
    }

    [Fact]
    public async Task What_was_fitted_says_so_again()
    {
        await using var rig = await BotRig.Start(rig =>
        {
            var terms = new PictureTerms("PNG", 20 << 20, 10_000);
            (rig.Life, rig.Talk) = (rig.Life with { Terms = terms }, rig.Talk with { Terms = terms });
        });
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");
        var first = await anna.Chat.WaitFor(message => message.Document is not null);
        await rig.WhenDone();

        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");

        await BotRig.WhenResults(anna.Chat, 2);
        Assert.Contains("JPEG of quality", first.Caption, StringComparison.Ordinal);
        Assert.Equal("✅ Done: I had made it for you already\n" + first.Caption, anna.Chat.FromBot[^1].Caption);
    }

    private static async Task Made(BotRig rig, Person person, int results)
    {
        person.SendDocument(TestPictures.Png(20, 10), "first.png");
        await BotRig.WhenResults(person.Chat, results);
        await rig.WhenDone();
    }
}
