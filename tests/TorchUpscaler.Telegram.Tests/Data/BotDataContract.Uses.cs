using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <content>Quotas.</content>
public abstract partial class BotDataContract
{
    [Fact]
    public void Uses_of_what_came_to_nothing_are_given_back_once_and_those_of_results_are_not()
    {
        Quota[] quotas = [new(6, TimeSpan.FromDays(1))];
        string[] keys = ["failed", "cancelled", "impossible", "half", "waiting", "done"];
        Assert.Null(Take(keys));
        var jobs = keys.ToDictionary(key => key, Receive);
        Data.Statuses.Add(new StatusMessage { Key = "k", Person = 7, Chat = 7, Count = 6 });
        foreach (var key in keys) Data.Statuses.AddPhoto("k", jobs[key], 0);
        Assert.Equal(jobs["failed"], Store.ClaimReceived("telegram")!.Id);
        Assert.Equal(0, Take("next")!.Left);

        Store.Fail(Store.Find(jobs["failed"])!.Claim, "why", isFinal: true);
        Assert.True(Store.Cancel(jobs["cancelled"], tellSender: true));
        Data.Statuses.CannotSend(jobs["impossible"], "why");
        Data.Statuses.Sent([(jobs["half"], null, "photo")]);
        Data.Statuses.CannotSend(jobs["half"], "why");

        Assert.Equal(3, Take("n1", "n2", "n3", "n4")!.Left);
        Assert.Null(Take("n1", "n2", "n3"));
        Assert.Equal(0, Take("n4")!.Left); // once
        Assert.True(Store.Cancel(Receive("n1"), tellSender: true));
        Data.GiveBackUses(7);
        Store.Erase("telegram:7");
        Data.Erase(7);
        Assert.Equal(1, Take("n4", "n5")!.Left);
        Assert.Null(Take("n4"));
        Assert.True(Store.Cancel(Receive("n4"), tellSender: true));
        Data.Prune();
        Store.Erase("telegram:7");
        Assert.Equal(1, Take("n5", "n6")!.Left);

        QuotaReached? Take(params string[] wanted) => Data.Uses.Take(7, wanted, quotas, _clock.GetUtcNow());
    }

    [Fact]
    public void Quotas_count_in_every_window_all_or_none_and_say_when_there_is_room()
    {
        Quota[] quotas = [new(2, TimeSpan.FromHours(1)), new(3, TimeSpan.FromDays(1))];
        QuotaReached? Take(params string[] keys) => Data.Uses.Take(7, keys, quotas, _clock.GetUtcNow());

        Assert.Null(Take("a"));
        _clock.Move(TimeSpan.FromMinutes(10));
        Assert.Equal((2, TimeSpan.FromMinutes(50), 1), Told(Take("b", "c")));
        Assert.Null(Take("b"));
        Assert.Null(Take("a", "b")); // counted already
        Assert.Equal((2, TimeSpan.FromMinutes(50), 0), Told(Take("c")));
        _clock.Move(TimeSpan.FromMinutes(50));
        Assert.Null(Take("c"));
        Assert.Equal((3, TimeSpan.FromHours(23), 0), Told(Take("d")));
        Assert.Equal((2, null, 0), Told(Take("d", "e", "f")));
        Assert.Null(Data.Uses.Take(8, ["g"], quotas, _clock.GetUtcNow()));
        Data.Uses.GiveBack(["a"]);
        _clock.Move(TimeSpan.FromMinutes(10));
        Assert.Null(Take("d"));

        static (int, TimeSpan?, int) Told(QuotaReached? reached) => (reached!.Quota.Count, reached.Reset, reached.Left);
    }

    [Fact]
    public void Of_two_who_take_the_last_place_one_gets_it()
    {
        Data.People.Meet(7, null, isPrivate: true);
        Quota[] quotas = [new(5, TimeSpan.FromHours(1))];
        var taken = 0;
        Parallel.For(0, 16, i =>
        {
            if (Data.Uses.Take(7, [FormattableString.Invariant($"k{i}")], quotas, _clock.GetUtcNow()) is null) Interlocked.Increment(ref taken);
        });
        Assert.Equal(5, taken);
    }
}
