using System.Runtime.CompilerServices;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>Whole conversations in both languages, as people see them. Those with pictures are where the program is.</summary>
public sealed class TranscriptTests
{
    private static readonly PictureTerms s_terms = new("JPEG, PNG, WebP, HEIF", 20 << 20, 50 << 20);
    private static readonly string[] s_models = ["x2plus", "x4fast", "x4plus"];
    private static readonly TalkOptions s_options = new() { Terms = s_terms, Models = () => s_models, Example = Path.Combine(Repository(), "docs/before-after.jpg") };

    public static TheoryData<Language> BothLanguages => [.. Enum.GetValues<Language>()];

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Somebody_gets_to_know_the_bot(Language language)
    {
        await using var rig = await TalkRig.Start(s_options);
        var (anna, speech) = Anna(rig, language);
        await rig.Write(anna, "/start");
        await rig.Write(anna, "/start deep_link");
        await rig.Write(anna, language == Language.Russian ? "Привет" : "Hello");
        await rig.Write(anna, "/help");
        await rig.Write(anna, "/nonsense");
        await rig.Write(anna, "/queue");
        await rig.Write(anna, "/cancel");
        await rig.Write(anna, "/privacy");
        await rig.Write(anna, "/delete");
        await rig.Press(anna, speech.Plain(TextKey.ButtonKeep));
        await rig.Raw(anna, """ "voice":{"file_id":"x"} """);
        await rig.Then(() => anna.Edit(anna.Chat.Messages[0], "/settings"));
        rig.Remark(anna.Chat, "an edited message and a pinned one say nothing");
        await rig.Raw(anna, """ "pinned_message":{"message_id":1} """);
        Golden.Check("welcome", language, rig.Transcript(anna.Chat));
        // The picture went up once; then Telegram had it.
        Assert.Equal(2, rig.Server.Calls.Count(call => call.Method == "sendPhoto"));
        Assert.StartsWith("A", rig.Data.Flags.Get("example"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Somebody_changes_the_settings(Language language)
    {
        await using var rig = await TalkRig.Start(s_options);
        var (anna, speech) = Anna(rig, language);
        await rig.Write(anna, "/settings");
        await rig.Press(anna, "×8");
        await rig.Press(anna, "JPEG");
        await rig.Press(anna, speech.Plain(TextKey.ButtonBoth));
        await rig.Press(anna, speech.Plain(TextKey.ButtonModel, ("model", speech.Plain(TextKey.ModelBest))));
        await rig.Press(anna, "x4fast");
        var other = language == Language.Russian ? Language.English : Language.Russian;
        await rig.Press(anna, Speech.In(other).Plain(TextKey.LanguageName));
        await rig.Press(anna, Speech.In(other).Plain(TextKey.ButtonDone));
        await rig.Write(anna, "/queue");
        Golden.Check("settings", language, rig.Transcript(anna.Chat));

        var person = rig.Data.People.Find(anna.Id)!;
        Assert.Equal((8, "x4fast", ReplyAs.Both, Core.PictureFormat.Jpeg, Languages.Code(other)), (person.Scale, person.Model, person.ReplyAs, person.Format, person.Language));
    }

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Somebody_meets_limits(Language language)
    {
        var options = s_options with { Quotas = [new Quota(3, TimeSpan.FromDays(1))], MostWaitingOfOne = 3, MostWaiting = 4, Admins = new HashSet<long> { 1 } };
        await using var rig = await TalkRig.Start(options);
        var (anna, _) = Anna(rig, language);
        var picture = TestPictures.Png(40, 30);

        await rig.Raw(anna, """ "sticker":{"file_id":"s","width":512,"height":512,"is_animated":true} """);
        await rig.Raw(anna, """ "video":{"file_id":"v","mime_type":"video/mp4","file_size":9} """);
        await rig.Raw(anna, """ "animation":{"file_id":"a"},"document":{"file_id":"a","mime_type":"video/mp4"} """);
        await rig.Raw(anna, """ "document":{"file_id":"b","file_name":"huge.png","mime_type":"image/png","file_size":31457280} """);
        await rig.Then(() => anna.SendDocument("hello"u8.ToArray(), "notes.txt"));
        await rig.Then(() => anna.SendDocument([], "empty.png", mime: "image/png"));
        await rig.Then(() => anna.SendDocument("<svg/>"u8.ToArray(), "drawing.svg", mime: "image/svg+xml"));
        Assert.Empty(rig.Jobs(anna));

        rig.Remark(anna.Chat, "three a day: of an album of five, three are taken");
        await rig.Then(() => anna.SendAlbum([.. Enumerable.Range(0, 5).Select(i => TestPictures.Png(20, 20, i))]));
        Assert.Equal(3, rig.Jobs(anna).Count);
        rig.Remark(anna.Chat, "three of one person may wait");
        await rig.Then(() => anna.SendPhoto(picture));
        rig.Fetch();
        while (rig.Store.Claim() is { } job) rig.Finish(job);
        rig.Remark(anna.Chat, "they are done");
        rig.Clock.Advance(TimeSpan.FromHours(20));
        await rig.Then(() => anna.SendPhoto(picture));
        rig.Remark(anna.Chat, "a day later");
        rig.Clock.Advance(TimeSpan.FromHours(5));
        await rig.Then(() => anna.SendPhoto(picture));
        Assert.Equal(4, rig.Jobs(anna).Count);

        rig.Remark(anna.Chat, "four may wait in all");
        var berta = rig.Server.AddPerson("Berta");
        await rig.Then(() => berta.SendAlbum([picture, picture, picture]));
        await rig.Then(() => anna.SendPhoto(TestPictures.Png(40, 30, 2)));
        rig.Remark(anna.Chat, "an administrator has paused the bot");
        rig.Data.Flags.IsPaused = true;
        await rig.Then(() => anna.SendPhoto(TestPictures.Png(40, 30, 2)));
        rig.Data.Flags.IsPaused = false;
        rig.Remark(anna.Chat, "she is banned");
        rig.Data.People.SetBanned(anna.Id, true);
        await rig.Then(() => anna.SendPhoto(picture));
        await rig.Write(anna, "/settings");
        await rig.Write(anna, "/privacy");
        rig.Data.People.SetBanned(anna.Id, false);
        rig.Remark(anna.Chat, "the bot is for others");
        rig.Talk(options with { Allowed = new HashSet<long> { berta.Id } });
        await rig.Then(() => anna.SendPhoto(picture));
        await rig.Write(anna, "/start");
        Golden.Check("limits", language, rig.Transcript(anna.Chat));
        Assert.Equal(4, rig.Jobs(anna).Count);
    }

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Somebody_runs_the_bot(Language language)
    {
        await using var rig = await TalkRig.Start(s_options);
        var (anna, speech) = Anna(rig, language);
        var (berta, carla) = (rig.Server.AddPerson("Berta"), rig.Server.AddPerson("Carla"));
        await rig.Write(berta, "/stats");
        Assert.Equal(Speech.In(Language.English).Plain(TextKey.UnknownCommand), berta.Chat.FromBot[^1].Text);
        await rig.Then(() => berta.SendPhoto(TestPictures.Png(40, 30)));
        await rig.Then(() => carla.SendPhoto(TestPictures.Png(40, 30)));
        await rig.Then(carla.BlockBot);

        rig.Talk(s_options with { Admins = new HashSet<long> { anna.Id } });
        await rig.Write(anna, "/help");
        await rig.Write(anna, "/stats");
        await rig.Write(anna, "/ban");
        await rig.Write(anna, "/ban somebody");
        await rig.Write(anna, $"/ban {anna.Id}");
        await rig.Write(anna, $"/ban {berta.Id} he is rude");
        Assert.Equal((true, Queue.JobState.Cancelled), (rig.Data.People.Find(berta.Id)!.IsBanned, rig.Jobs(berta)[0].State));
        await rig.Write(anna, $"/unban {berta.Id}");
        await rig.Write(anna, $"/vip {berta.Id}");
        await rig.Then(() => berta.SendPhoto(TestPictures.Png(40, 30)));
        Assert.Equal(Queue.JobClass.Vip, rig.Jobs(berta)[^1].Class);
        await rig.Write(anna, $"/unvip {berta.Id}");
        await rig.Write(anna, "/pause");
        await rig.Write(anna, "/stats");
        await rig.Write(anna, "/resume");

        await rig.Write(anna, "/broadcast");
        await rig.Write(anna, "/broadcast News: *all* is well");
        await rig.Press(anna, speech.Plain(TextKey.ButtonBroadcastNot));
        await rig.Write(anna, "/broadcast News: *all* is well");
        await rig.Press(anna, speech.Plain(TextKey.ButtonBroadcast));
        var waiting = rig.Data.Outbox.Due(10);
        Assert.Equal([anna.Id, berta.Id], waiting.Select(text => text.Chat).Order());
        Assert.All(waiting, text => Assert.Equal("News: *all* is well", text.Read()!.Text.Text));
        var broadcasts = new Broadcasts(rig.Data, rig.Sender);
        await rig.Write(anna, "/stats");
        rig.Data.Outbox.Sent(waiting[0].Id);
        await broadcasts.TellProgress(CancellationToken.None);
        rig.Data.Outbox.Drop(waiting[1].Id);
        await broadcasts.TellProgress(CancellationToken.None);
        await broadcasts.TellProgress(CancellationToken.None);
        rig.Remark(anna.Chat, "what is sent once a day");
        rig.Remark(anna.Chat, new Digest(rig.Store, rig.Data).Text(anna.Id, TimeSpan.FromDays(1)).Text.ReplaceLineEndings("\n# "));
        Golden.Check("administration", language, rig.Transcript(anna.Chat));
    }

    private static (Person Anna, Speech Speech) Anna(TalkRig rig, Language language) =>
        (rig.Server.AddPerson(language == Language.Russian ? "Анна" : "Anna", Languages.Code(language)), Speech.In(language));

    private static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
