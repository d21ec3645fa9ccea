using TorchUpscaler.BotServer.World;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Tests.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>The whole way of pictures, as people see it in both languages: the program's bot, the real engine, small networks.</summary>
[Collection(BotProgramTests.Name)]
public sealed class TranscriptTests(TinyModels models)
{
    public static TheoryData<Language> BothLanguages => [.. Enum.GetValues<Language>()];

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Somebody_uses_the_bot(Language language)
    {
        await using var bench = await BotBench.Start(models.Folder);
        bench.StartBot("--no-worker", "--set", "Worker:MaxOutputMp=0.05", "--set", "Bot:Scale=4");
        using var rest = bench.RestAsWorker();
        var (anna, speech) = Anna(bench, language);
        var chat = new ChatTranscript(anna.Chat);
        var cat = bench.Picture(40, 30).Picture;

        anna.SendText("/start");
        await anna.Chat.WaitFor(message => message.Photo.Count > 0);
        chat.Add("she begins");

        anna.SendPhoto(cat);
        await Accepted(anna.Chat, speech, 4);
        chat.Add("a photo: it waits");
        await bench.Work();
        chat.Add("a worker has begun to work");

        await Press(bench, anna, () => anna.SendText("/settings"), "×2");
        await Press(bench, anna, null, speech.Plain(TextKey.ButtonBoth));
        await Press(bench, anna, null, speech.Plain(TextKey.ButtonDone));
        chat.Add("she wants ×2, as a photo and as a file");

        anna.SendDocument(cat, "cat.png");
        await Accepted(anna.Chat, speech, 2);
        await bench.Work();
        chat.Add("a file");
        anna.SendDocument(cat, "the same.png");
        await anna.Chat.WaitFor(message => message.Caption?.StartsWith(speech.Say(TextKey.StatusDoneAtOnce).Text, StringComparison.Ordinal) == true);
        await bench.Settled();
        chat.Add("the same file again");

        anna.SendAlbum([cat, bench.Picture(30, 30).Picture, bench.Picture(20, 30).Picture], "x4");
        var three = speech.Say(TextKey.StatusAlbum, ("count", 3), ("scale", 4)).Text;
        await anna.Chat.WaitFor(message => message.Text == speech.Say(TextKey.StatusNext, ("scale", 4), ("time", speech.About(1))).Text + "\n" + three);
        chat.Add("an album");
        await bench.Work();
        chat.Add("it is done");

        anna.SendDocument(bench.Picture(44, 30).Picture, "dog.png");
        await Press(bench, anna, null, speech.Plain(TextKey.ButtonCancel), await Accepted(anna.Chat, speech, 2));
        await bench.Settled();
        chat.Add("a file that she cancels by its button");
        anna.SendDocument(bench.Picture(44, 30).Picture, "dog.png");
        await Accepted(anna.Chat, speech, 2);
        anna.SendText("/queue");
        await anna.Chat.WaitFor(message => message.Text?.StartsWith(speech.Say(TextKey.Queue).Text, StringComparison.Ordinal) == true);
        chat.Add("and one that she finds in the queue");
        anna.SendText("/cancel");
        await bench.Settled();
        await anna.Chat.WaitFor(message => message.Text == speech.Say(TextKey.Cancelled, ("count", 1)).Text);
        chat.Add("and cancels by the command");

        anna.SendDocument(bench.Picture(44, 30).Picture, "dog.png", "x8");
        var failure = await anna.Chat.WaitFor(message => message.Buttons.Any(row => row.Contains(speech.Plain(TextKey.ButtonTryScale, ("scale", 4)))));
        await bench.Settled();
        chat.Add("a file that is too large for its scale");
        await Press(bench, anna, null, speech.Plain(TextKey.ButtonTryScale, ("scale", 4)), failure);
        await Accepted(anna.Chat, speech, 4);
        await bench.Work();
        chat.Add("she takes the scale that fits");
        anna.SendDocument("this is no picture"u8.ToArray(), "broken.png");
        await anna.Chat.WaitFor(message => message.Text?.StartsWith(speech.Say(TextKey.FailedHead).Text, StringComparison.Ordinal) == true && message.Id > failure.Id + 1);
        await bench.Settled();
        chat.Add("a file that is no picture");

        anna.SendDocument(cat, "last.png", "x4");
        await Accepted(anna.Chat, speech, 4);
        await Press(bench, anna, () => anna.SendText("/delete"), speech.Plain(TextKey.ButtonDelete));
        await bench.Settled();
        chat.Add("she erases everything while a file waits");
        Golden.Check("pictures", language, chat.ToString());
        Assert.Empty(bench.Store.List(null, null, 10));
    }

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task A_group_uses_the_bot(Language language)
    {
        await using var bench = await BotBench.Start(models.Folder);
        bench.StartBot("--no-worker");
        using var rest = bench.RestAsWorker();
        var (anna, speech) = Anna(bench, language);
        var berta = bench.Server.AddPerson("Berta");
        var group = bench.Server.AddSupergroup("Holiday", anna, berta);
        var chat = new ChatTranscript(group);
        var (picture, bot) = (bench.Picture(40, 30).Picture, $"@{bench.Server.Username}");

        var photo = group.SendPhoto(berta, picture);
        group.SendText(anna, "/start");
        group.SendText(anna, $"/settings{bot}");
        group.SendText(anna, "/upscale@other_bot", photo);
        group.SendPhoto(anna, picture, "what a view");
        group.SendText(anna, $"{bot} hello");
        group.SendText(anna, "/upscale");
        await group.WaitFor(message => message.Text == speech.Say(TextKey.GroupHint).Text);
        chat.Add("it is not spoken to, except in the end");

        group.SendText(anna, "/upscale x2", photo);
        var status = await Accepted(group, speech, 2);
        chat.Add("a photo is asked for");
        berta.PressButton(status, speech.Plain(TextKey.ButtonCancel));
        await bench.Work();
        Assert.Equal(JobState.Delivered, Assert.Single(bench.Store.List(null, null, 10)).State);
        chat.Add("Berta cannot cancel it, and it is done");

        group.SendText(anna, "/upscale", group.SendDocument(berta, "hello"u8.ToArray(), "notes.txt"));
        await group.WaitFor(message => message.Text == speech.Say(TextKey.UnsupportedFile, ("formats", Formats(group))).Text);
        chat.Add("something that is no picture");

        group.TakesNoFiles = true;
        group.SendText(anna, "/upscale x4", photo);
        await Accepted(group, speech, 4);
        await bench.Work();
        chat.Add("the bot may not send files any more");
        Golden.Check("group", language, chat.ToString());
    }

    private static string Formats(Group group) => group.FromBot[^1].Text is { } text && text.LastIndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? text[(at + 2)..].TrimEnd('.') : "";

    private static (Person Anna, Speech Speech) Anna(BotBench bench, Language language) =>
        (bench.Server.AddPerson(language == Language.Russian ? "Анна" : "Anna", Languages.Code(language)), Speech.In(language));

    private static Task<ServerMessage> Accepted(ServerChat chat, Speech speech, int scale)
    {
        var accepted = speech.Say(TextKey.StatusNext, ("scale", scale), ("time", speech.About(1))).Text;
        return chat.WaitFor(message => message.Text == accepted);
    }

    private static async Task Press(BotBench bench, Person person, Action? before, string button, ServerMessage? message = null)
    {
        before?.Invoke();
        message ??= await person.Chat.WaitFor(found => found.Buttons.Any(row => row.Contains(button)));
        var answer = person.PressButton(message, button).Answer;
        await answer.WaitAsync(TimeSpan.FromMinutes(1));
        await bench.Until(() => !message.Buttons.Any(row => row.Contains(button)), "the button has done its work");
    }
}
