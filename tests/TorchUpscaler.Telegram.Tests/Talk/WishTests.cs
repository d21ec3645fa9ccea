using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>What is asked for with a picture is done, or it is said why not.</summary>
public sealed class WishTests : IAsyncLifetime
{
    private static readonly Speech s_english = Speech.In(Language.English);
    private static readonly byte[] s_picture = TestPictures.Png(40, 30);

    private TalkRig _rig = null!;
    private Person _anna = null!;

    public async Task InitializeAsync()
    {
        _rig = await TalkRig.Start();
        _anna = _rig.Server.AddPerson("Anna");
    }

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    [Fact]
    public async Task A_scale_in_a_sentence_to_the_bot_is_heard_and_one_that_cannot_be_had_is_answered()
    {
        var group = _rig.Server.AddGroup("Holiday", _anna);
        var bot = $"@{_rig.Server.Username}";
        await _rig.Then(() => group.SendPhoto(_anna, s_picture, $"{bot} x8 please"));
        Assert.Equal([8], _rig.Jobs(_anna).Select(job => job.Scale!.Value));
        Assert.Empty(group.FromBot);

        await _rig.Then(() => group.SendPhoto(_anna, s_picture, $"{bot} x3 please"));
        Assert.Equal(s_english.Plain(TextKey.UnknownScale, ("scale", 3)), Assert.Single(group.FromBot).Text);
        await _rig.Then(() => group.SendText(_anna, "/upscale x4", group.Messages[^2])); // as it says
        Assert.Equal([8, 4], _rig.Jobs(_anna).Select(job => job.Scale!.Value));
    }

    [Fact]
    public async Task In_private_the_same_holds_for_captions_and_replies()
    {
        await _rig.Then(() => _anna.SendPhoto(s_picture, "x3"));
        Assert.Equal(s_english.Plain(TextKey.UnknownScale, ("scale", 3)), _anna.Chat.FromBot[^1].Text);
        Assert.Empty(_rig.Jobs(_anna));
        await _rig.Then(() => _anna.SendText("/upscale x2", _anna.Chat.Messages[0]));
        await _rig.Then(() => _anna.SendText("x8 please", _anna.Chat.Messages[0]));
        Assert.Equal([2, 8], _rig.Jobs(_anna).Select(job => job.Scale!.Value));
    }

    [Theory]
    [InlineData("x8")]
    [InlineData("/x8")]
    [InlineData("jpg")]
    [InlineData("/upscale x2")]
    public async Task A_wish_without_a_picture_is_asked_which_picture(string text)
    {
        await _rig.Write(_anna, text);
        Assert.Equal(s_english.Plain(TextKey.WishWithoutPicture), Assert.Single(_anna.Chat.FromBot).Text);
    }

    [Theory]
    [InlineData("GroupAnonymousBot", "/upscale", true)]
    [InlineData("Channel_Bot", "/upscale x2", true)]
    [InlineData("GroupAnonymousBot", "hello", false)]
    [InlineData("another_bot", "/upscale", false)]
    public async Task Whoever_writes_in_the_name_of_a_group_is_told_why_nothing_is_done(string name, string text, bool isAnswered)
    {
        var group = _rig.Server.AddGroup("Holiday", _anna);
        await _rig.Then(() => _rig.Server.AddRawUpdate(id =>
            $$"""{"update_id":{{id}}, "message":{"message_id":{{900 + id % 1000}}, "date":1, "text":"{{text}}", "chat":{"id":{{group.Id}}, "type":"group"}, "from":{"id":1087968824, "is_bot":true, "first_name":"Group", "username":"{{name}}"} } }"""));
        Assert.Equal(isAnswered ? [s_english.Plain(TextKey.GroupAnonymous)] : [], group.FromBot.Select(message => message.Text));
        Assert.Null(_rig.Data.People.Find(1087968824));
    }

    [Fact]
    public async Task An_administrator_who_would_send_everyone_a_picture_is_told_that_it_is_texts_only()
    {
        _rig.Talk(new TalkOptions { Admins = new HashSet<long> { _anna.Id } });
        await _rig.Then(() => _anna.SendPhoto(s_picture));
        await _rig.Then(() => _anna.SendText("/broadcast", _anna.Chat.Messages[0]));
        Assert.Equal(s_english.Plain(TextKey.AdminBroadcastTextOnly), Assert.Single(_anna.Chat.FromBot).Text);
    }
}
