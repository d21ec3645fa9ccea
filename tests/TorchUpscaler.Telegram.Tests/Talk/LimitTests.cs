using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>What counts against limits and what does not, and how those who reach one are answered.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private TalkRig _rig = null!;
    private Person _anna = null!;

    public static TheoryData<Language> BothLanguages => [.. Enum.GetValues<Language>()];

    public async Task InitializeAsync()
    {
        _rig = await TalkRig.Start();
        _anna = _rig.Server.AddPerson("Anna");
    }

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(BothLanguages))]
    public async Task Whoever_accepts_a_smaller_scale_at_the_quota_is_alerted_when_it_resets(Language language)
    {
        _rig.Talk(new TalkOptions { Quotas = [new Quota(1, s_day)] });
        var (anna, speech) = (_rig.Server.AddPerson("A", Languages.Code(language)), Speech.In(language));
        var failed = await Failed(anna, 1);
        await _rig.Then(() => anna.SendPhoto(Picture(2)));
        _rig.Clock.Advance(TimeSpan.FromHours(20));

        await _rig.Write(anna, "/help"); // any message of the bot will do
        var press = anna.PressRaw(anna.Chat.FromBot[^1], new ButtonData(ButtonKind.TryScale, $"{failed.Id}", "2").ToString());
        await _rig.Settle();

        var answer = await press.Answer.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(answer.IsAlert);
        Assert.Equal(speech.Plain(TextKey.QuotaReached, ("count", 1), ("window", speech.Period(s_day)), ("time", speech.About(4 * 3600))), answer.Text);
        Assert.InRange(answer.Text!.Length, 1, 200);
        Assert.Equal(2, _rig.Jobs(anna).Count);
    }

    [Fact]
    public async Task A_picture_that_fails_or_is_cancelled_counts_no_more_and_one_that_comes_back_does()
    {
        _rig.Talk(new TalkOptions { Quotas = [new Quota(1, s_day)] });
        var failed = await Failed(_anna, 1);
        await _rig.Write(_anna, "/help");
        _anna.PressRaw(_anna.Chat.FromBot[^1], new ButtonData(ButtonKind.TryScale, $"{failed.Id}", "2").ToString());
        await _rig.Settle();
        Assert.Equal(2, _rig.Jobs(_anna)[^1].Scale); // the offered scale costs nothing more

        await _rig.Write(_anna, "/cancel");
        Assert.Equal(JobState.Cancelled, _rig.Jobs(_anna)[^1].State);
        await _rig.Then(() => _anna.SendPhoto(Picture(2)));
        Assert.Equal(3, _rig.Jobs(_anna).Count);
        _rig.Fetch();
        _rig.Finish(_rig.Store.Claim()!);
        _rig.Deliver(_rig.Jobs(_anna)[^1].Id);

        await _rig.Then(() => _anna.SendPhoto(Picture(3)));
        Assert.Equal(3, _rig.Jobs(_anna).Count);
        Assert.Contains("limit", _anna.Chat.FromBot[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_erases_everything_gets_back_what_was_not_done_and_nothing_else()
    {
        _rig.Talk(new TalkOptions { Quotas = [new Quota(2, s_day)] });
        await _rig.Then(() => _anna.SendPhoto(Picture(1)));
        _rig.Fetch();
        _rig.Finish(_rig.Store.Claim()!);
        _rig.Deliver(_rig.Jobs(_anna)[0].Id);
        await _rig.Then(() => _anna.SendPhoto(Picture(2)));
        await _rig.Write(_anna, "/delete");

        // What is sent behind the press is new.
        _anna.PressButton(_anna.Chat.FromBot[^1], Speech.In(Language.English).Plain(TextKey.ButtonDelete));
        _anna.SendPhoto(Picture(3));
        _anna.SendPhoto(Picture(4));
        await _rig.Settle();

        Assert.Single(_rig.Jobs(_anna));
        Assert.Contains("limit", _anna.Chat.FromBot[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_many_pictures_of_a_VIP_wait_as_they_send()
    {
        _rig.Talk(new TalkOptions { MostWaitingOfOne = 2 });
        _rig.Data.People.SetVip(_anna.Id, true);
        for (var i = 1; i <= 4; i++) await _rig.Then(() => _anna.SendPhoto(Picture(i)));
        Assert.Equal(4, _rig.Jobs(_anna).Count);
        Assert.Empty(_anna.Chat.FromBot);
    }

    [Fact]
    public async Task What_was_made_before_is_answered_however_much_waits_and_even_in_a_pause()
    {
        _rig.Talk(new TalkOptions { MostWaiting = 0 });
        _rig.Data.Flags.IsPaused = true;
        _rig.IsRepeat = true;
        await _rig.Then(() => _anna.SendPhoto(Picture(1)));
        Assert.Empty(_anna.Chat.FromBot); // the answer itself is the repeat's
    }

    [Fact]
    public async Task The_same_picture_sent_again_while_it_waits_is_made_and_counted_once()
    {
        _rig.Talk(new TalkOptions { Quotas = [new Quota(3, s_day)] });
        await _rig.Then(() => _anna.SendPhoto(Picture(1)));
        await _rig.Then(() => _anna.SendPhoto(Picture(1)));
        Assert.Equal(Speech.In(Language.English).Plain(TextKey.InWorkAlready, ("scale", 4)), Assert.Single(_anna.Chat.FromBot).Text);
        await _rig.Then(() => _anna.SendPhoto(Picture(1), "x2")); // another result
        await _rig.Then(() => _anna.SendPhoto(Picture(2)));
        await _rig.Then(() => _rig.Server.AddPerson("Ben").SendPhoto(Picture(1)));
        Assert.Equal([4, 2, 4], _rig.Jobs(_anna).Select(job => job.Scale!.Value));
        Assert.Equal(4, _rig.Store.List(null, null, 10).Count);
        Assert.Single(_anna.Chat.FromBot);
    }

    [Fact]
    public async Task Of_many_that_are_refused_at_once_for_one_reason_the_first_is_answered_and_who_tries_later_is_answered_again()
    {
        _rig.Talk(new TalkOptions { MostWaitingOfOne = 2 });
        for (var i = 1; i <= 30; i++) _anna.SendPhoto(Picture(i));
        await _rig.Settle();
        Assert.Equal(_anna.Chat.Messages[2], Assert.Single(_anna.Chat.FromBot).ReplyTo);

        await _rig.Write(_anna, "/queue");
        await _rig.Then(() => _anna.SendPhoto(Picture(31)));
        Assert.Equal(3, _anna.Chat.FromBot.Count);
        _rig.Clock.Advance(TimeSpan.FromSeconds(15));
        await _rig.Then(() => _anna.SendPhoto(Picture(32)));
        Assert.Equal(4, _anna.Chat.FromBot.Count);
        Assert.Equal(2, _rig.Jobs(_anna).Count);
    }

    [Fact]
    public async Task What_has_ended_before_all_were_to_be_cancelled_is_not_counted_as_cancelled()
    {
        await _rig.Then(() => _anna.SendPhoto(Picture(1)));
        await _rig.Then(() => _anna.SendPhoto(Picture(2)));
        await _rig.Write(_anna, "/cancel");
        foreach (var job in _rig.Jobs(_anna)) Assert.True(_rig.Store.Cancel(job.Id, tellSender: true));
        await _rig.Press(_anna, Speech.In(Language.English).Plain(TextKey.ButtonCancelAll, ("count", 2)));
        Assert.Equal(Speech.In(Language.English).Plain(TextKey.CancelNothing), _anna.Chat.FromBot[^1].Text);
    }

    private static byte[] Picture(int seed) => TestPictures.Png(40, 30, seed);

    private async Task<Job> Failed(Person person, int seed)
    {
        await _rig.Then(() => person.SendPhoto(Picture(seed)));
        var job = _rig.Store.ClaimReceived(PictureRequest.FrontEnd)!;
        Assert.Equal(FailureOutcome.Failed, _rig.Store.Fail(job.Claim, "why", isFinal: true));
        return job;
    }
}
