namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>What groups of each kind see.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task In_a_supergroup_a_picture_that_is_answered_comes_back_by_one_upload()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);
        var photo = group.SendPhoto(anna, TestPictures.Png(20, 10));

        var asked = group.SendText(anna, "/upscale", photo);

        var result = await group.WaitFor(message => message.Document is not null);
        Assert.Equal((asked.Id, (int?)null), (result.ReplyTo!.Id, result.Topic));
        await rig.WhenDone();
        Assert.Single(rig.Server.Calls, call => call.Method == "sendDocument");
        Assert.DoesNotContain(rig.Server.Calls, call => call.Status == 400);
    }

    [Fact]
    public async Task In_a_supergroup_who_answers_a_picture_hears_why_it_is_not_taken()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);
        var file = group.SendDocument(anna, "hello"u8.ToArray(), "notes.txt");
        group.SendText(anna, "/upscale", file);
        await group.WaitFor(message => message.Text?.Contains("does not look like a picture", StringComparison.Ordinal) == true);

        rig.Data.Flags.IsPaused = true;
        group.SendText(anna, "/upscale", group.SendPhoto(anna, TestPictures.Png(20, 10)));
        await group.WaitFor(message => message.Text?.Contains("no new pictures", StringComparison.Ordinal) == true);
        group.SendText(anna, "/upscale", group.SendText(anna, "what a day"));

        await group.WaitFor(message => message.Text?.Contains("/upscale", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task In_a_supergroup_a_repeat_comes_from_Telegrams_own_file()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);
        var photo = group.SendPhoto(anna, TestPictures.Png(20, 10));
        group.SendText(anna, "/upscale", photo);
        await group.WaitFor(message => message.Document is not null);
        await rig.WhenDone();

        group.SendText(anna, "/upscale", photo);

        await group.WaitUntil(() => group.FromBot.Count(message => message.Document is not null) == 2);
        Assert.Single(rig.Store.List(null, null, 10));
    }

    [Fact]
    public async Task In_a_forum_everything_comes_in_the_topic()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);
        var topic = group.AddTopic(anna, "Black ones");

        group.SendPhoto(anna, TestPictures.Png(20, 10), $"@{rig.Server.Username}", topic: topic);
        group.SendText(anna, "/upscale", topic: topic);

        await group.WaitFor(message => message.Document is not null);
        await group.WaitFor(message => message.Text?.Contains("Done", StringComparison.Ordinal) == true);
        await group.WaitFor(message => message.Text?.Contains("Reply to a picture", StringComparison.Ordinal) == true);
        Assert.All(group.FromBot, message => Assert.Equal(topic, message.Topic));
    }

    [Fact]
    public async Task A_topic_that_is_deleted_meanwhile_loses_no_result()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);
        var topic = group.AddTopic(anna, "Black ones");
        group.SendPhoto(anna, TestPictures.Png(20, 10), $"@{rig.Server.Username}", topic: topic);
        await group.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);

        group.RemoveTopic(topic);
        await rig.StopBot();
        rig.HasWorker = true;
        await rig.StartBot();

        Assert.Null((await group.WaitFor(message => message.Document is not null)).Topic);
        await rig.WhenDone();
    }

    [Fact]
    public async Task Where_files_are_forbidden_it_is_told_that_and_not_done()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddGroup("Cats", anna);
        group.TakesNoFiles = true;

        group.SendPhoto(anna, TestPictures.Png(20, 10), $"@{rig.Server.Username}");

        await group.WaitFor(message => message.Text?.Contains("may not send files in this group", StringComparison.Ordinal) == true);
        await rig.WhenDone();
        Assert.DoesNotContain(group.FromBot, message => message.Text!.Contains("Done", StringComparison.Ordinal));
        Assert.Single(rig.Server.Calls, call => call.Method == "sendDocument");
    }

    [Fact]
    public async Task A_fast_album_takes_few_of_the_messages_that_a_group_may_have()
    {
        await using var rig = await BotRig.Start(
            rig => rig.Life = rig.Life with { GroupProgressEvery = TimeSpan.FromHours(1) }, server: new BotServer.BotServerOptions { HasGroupPrivacy = false });
        var anna = rig.Server.AddPerson("Anna");
        var group = rig.Server.AddSupergroup("Cats", anna);

        group.SendAlbum(anna, [.. Enumerable.Range(1, 6).Select(seed => TestPictures.Png(20, 10, seed))], $"@{rig.Server.Username}");

        await BotRig.WhenResults(group, 6);
        await rig.WhenDone();
        Assert.InRange(rig.Server.Calls.Count(call => call.Method is "sendMessage" or "editMessageText"), 1, 2);
        Assert.Contains(group.FromBot, message => message.Text?.Contains("Done", StringComparison.Ordinal) == true);
    }
}
