using TorchUpscaler.App.Bot;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>When the administrators are told what has happened: once a day from an hour on, whatever starts and ends meanwhile.</summary>
public sealed class DigestTests : IDisposable
{
    private static readonly BotSettings s_settings = new() { Admins = [7, 8], DigestAt = new TimeOnly(8, 0) };

    private readonly Workplace _here = new();
    private readonly SetClock _clock = new(); // it is 03:04:05
    private readonly IJobStore _store;
    private readonly BotData _data;

    public DigestTests()
    {
        _store = JobStores.Open(_here.PathOf("queue"), _here.Folder, new QueueOptions(), _clock);
        _data = BotData.Open(_store, 1);
    }

    public void Dispose()
    {
        _store.Dispose();
        _here.Dispose();
    }

    [Fact]
    public void A_new_bot_has_nothing_to_tell_on_its_first_day_and_tells_on_the_next()
    {
        var digest = Started();
        Assert.Empty(Told(digest));
        _clock.Move(TimeSpan.FromHours(5)); // 08:04
        Assert.Empty(Told(digest));
        _clock.Move(TimeSpan.FromHours(15)); // 23:04
        Assert.Empty(Told(digest));
        _clock.Move(TimeSpan.FromHours(8)); // 07:04
        Assert.Empty(Told(digest));
        _clock.Move(TimeSpan.FromMinutes(55)); // 07:59
        Assert.Empty(Told(digest));
        _clock.Move(TimeSpan.FromMinutes(1));
        Assert.Equal([7, 8], Told(digest));
    }

    [Fact]
    public void It_is_told_once_a_day_by_however_many_processes_one_after_the_other()
    {
        OnTheSecondDay();
        var digest = Started();
        Assert.Equal([7, 8], Told(digest));
        Assert.Equal([7, 8], Told(digest));
        Assert.Equal([7, 8], Told(Started()));
        _clock.Move(TimeSpan.FromHours(10));
        Assert.Equal([7, 8], Told(Started()));
        foreach (var text in _data.Outbox.Due(10)) _data.Outbox.Sent(text.Id);
        Assert.Empty(Told(Started())); // sent, and not told again
        _clock.Move(TimeSpan.FromHours(14));
        Assert.Equal([7, 8], Told(Started()));
    }

    [Fact]
    public void A_process_that_died_between_telling_and_noting_it_tells_nothing_twice()
    {
        OnTheSecondDay();
        var before = _data.Flags.Get("digest");
        Assert.Equal([7, 8], Told(Started()));
        _data.Flags.Set("digest", before);
        Assert.Equal([7, 8], Told(Started()));
        Assert.NotEqual(before, _data.Flags.Get("digest"));
    }

    [Fact]
    public void Who_was_away_when_it_was_due_tells_it_at_the_start()
    {
        OnTheSecondDay();
        _clock.Move(TimeSpan.FromHours(15)); // 23:04
        Assert.Equal([7, 8], Told(Started()));
    }

    [Fact]
    public void Without_an_hour_or_an_administrator_nobody_is_told()
    {
        OnTheSecondDay();
        Assert.Empty(Told(Started(s_settings with { DigestAt = null })));
        Assert.Empty(Told(Started(s_settings with { Admins = [] })));
        Assert.Equal([7, 8], Told(Started()));
    }

    [Fact]
    public void It_tells_of_the_last_day()
    {
        OnTheSecondDay();
        for (var i = 0; i < 3; i++) Assert.True(_store.Cancel(_store.Receive(new NewJob("telegram", "telegram:5", "cat.png")), tellSender: false));
        Told(Started());
        Assert.Contains("cancelled: 3", _data.Outbox.Due(1)[0].Read()!.Text.Text, StringComparison.Ordinal);
    }

    // 08:04 of the day after a bot was set up.
    private void OnTheSecondDay()
    {
        _clock.Move(TimeSpan.FromHours(5));
        Started().TellWhenDue();
        _clock.Move(TimeSpan.FromDays(1));
    }

    private DailyDigest Started(BotSettings? settings = null) => new(_data, new Digest(_store, _data), settings ?? s_settings, _clock);

    // Whose texts wait to be sent after a look.
    private long[] Told(DailyDigest digest)
    {
        digest.TellWhenDue();
        return [.. _data.Outbox.Due(10).Select(text => text.Chat)];
    }
}
