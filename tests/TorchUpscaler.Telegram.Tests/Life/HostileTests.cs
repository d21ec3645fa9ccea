using System.Globalization;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>What strangers can send: nothing breaks, and nobody reaches another person's photo.</summary>
public sealed class HostileTests
{
    private const string Head = """ "message_id": 1, "date": 0, "chat": { "id": 99, "type": "private" }, "from": { "id": 99, "is_bot": false, "first_name": "X" } """;

    private static readonly string[] s_messages =
    [
        "[]", "null", "7", "\"text\"", "{}", """{ "chat": null }""", """{ "message_id": "x", "chat": { "id": "y" } }""", """{ "message_id": 1, "date": 0, "chat": { "id": 99 } }""",
        $$"""{ {{Head}}, "photo": [] }""", $$"""{ {{Head}}, "photo": [ { "file_id": "none", "width": -5, "height": 99999999999 } ] }""",
        $$"""{ {{Head}}, "document": { "file_id": "../../etc/passwd", "file_name": "../../../root/.ssh/id", "mime_type": "image/png", "file_size": -1 } }""",
        $$"""{ {{Head}}, "document": { "file_id": "none", "file_unique_id": "a\u0000b\ud83d", "file_name": "\u202e\u0000gnp.exe.png", "mime_type": "image/png", "file_size": 9223372036854775807 } }""",
        $$"""{ {{Head}}, "sticker": { "file_id": "none", "is_animated": "maybe" } }""", $$"""{ {{Head}}, "media_group_id": "../../x", "photo": [ { "file_id": "none", "width": 1, "height": 1 } ] }""",
        $$"""{ {{Head}}, "text": "/start@somebody_else_bot \u0000\ud800", "entities": [ { "type": "bot_command", "offset": -9, "length": 2147483647 } ] }""",
        $$"""{ {{Head}}, "text": "{{new string('x', 100_000)}}" }""", $$"""{ {{Head}}, "caption": "x2", "caption_entities": "none", "photo": [ 7, null, { "file_id": 8 } ] }""",
    ];

    [Fact]
    public async Task Messages_of_any_shape_are_handled_or_set_aside_and_the_next_person_is_served()
    {
        await using var rig = await BotRig.Start();
        foreach (var message in s_messages)
            rig.Server.AddRawUpdate(id => string.Create(CultureInfo.InvariantCulture, $$"""{ "update_id": {{id}}, "message": {{message}} }"""));
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");

        await anna.Chat.WaitFor(chat => chat.Document is not null);
        await BotRig.Until(() => rig.Data.Updates.Waiting == 0, "all is handled");
        await BotRig.Until(() => rig.Store.List(null, null, 100).All(job => job.ToldAt is not null), "all jobs have been seen off");
        Assert.DoesNotContain(rig.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Buttons_of_others_and_buttons_that_never_were_do_nothing()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var (anna, mallory) = (rig.Server.AddPerson("Anna"), rig.Server.AddPerson("Mallory"));
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        var status = await anna.Chat.WaitFor(message => message.Buttons.Count > 0);
        mallory.SendText("/help");
        var help = await mallory.Chat.WaitFor(_ => true);

        string[] data = [status.DataOf("Cancel"), "c:99999", "c:-1", "c:9223372036854775808", "x:1:2", "ca:nothing", "", ":::", "d:yes:no", "s:scale:3", new string('x', 64), "\u0000"];
        foreach (var item in data.Where(item => item.Length > 0)) await mallory.PressRaw(help, item).Answer.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(JobState.Queued, Assert.Single(rig.Store.List(null, null, 10)).State);
        Assert.Single(anna.Chat.FromBot);
        Assert.DoesNotContain(mallory.Chat.FromBot, message => message.Document is not null);
        Assert.DoesNotContain(rig.Log, line => line.Contains("please report", StringComparison.Ordinal) || line.Contains("Handling update", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_picture_over_which_the_process_dies_has_failed_after_three_times_and_its_sender_is_told()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromSeconds(0.5));
        await rig.StopBot();
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "deadly.png");
        var usual = rig.Life;
        rig.Life = usual with { Downloads = 0 };
        await rig.StartBot();
        await BotRig.Until(() => rig.Store.List(JobState.Received, null, 10).Count == 1, "it is received");
        await rig.StopBot();
        for (var death = 0; death < 3; death++)
        {
            Assert.True(rig.Store.Renew(rig.Store.ClaimReceived("telegram")!.Claim, 0, isActive: true)); // it is being checked
            while (rig.Store.RescueExpired() == 0) await Task.Delay(50);
        }

        rig.Life = usual;
        await rig.StartBot();

        var told = await anna.Chat.WaitFor(message => message.Text is not null);
        Assert.Contains("3 times", told.Text, StringComparison.Ordinal);
        await BotRig.Until(() => rig.Store.List(JobState.Failed, null, 10) is [{ ToldAt: not null }], "it has failed");
    }

    [Fact]
    public async Task Nobody_gets_anothers_result_even_where_the_message_numbers_are_the_same()
    {
        await using var rig = await BotRig.Start();
        var people = Enumerable.Range(0, 6).Select(i => rig.Server.AddPerson(string.Create(CultureInfo.InvariantCulture, $"P{i}"))).ToList();
        foreach (var person in people) person.SendDocument(TestPictures.Png(10 + people.IndexOf(person), 10), "same.png");

        foreach (var person in people)
        {
            var result = await person.Chat.WaitFor(message => message.Document is not null);
            Assert.Equal(4 * (10 + people.IndexOf(person)), result.Document!.Width);
            Assert.Single(Results(person));
        }
    }

    private static List<ServerMessage> Results(Person person) => [.. person.Chat.FromBot.Where(message => message.Document is not null)];
}
