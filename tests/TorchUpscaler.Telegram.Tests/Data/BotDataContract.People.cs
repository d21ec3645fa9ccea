using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <content>People: what they have chosen, who is banned, who can be written to, and what is erased of them.</content>
public abstract partial class BotDataContract
{
    [Fact]
    public void People_are_known_with_what_they_have_chosen()
    {
        Assert.Null(Data.People.Find(7));
        var anna = Data.People.Meet(7, "ru", isPrivate: false);
        Assert.Equal(("ru", null, ReplyAs.Document, null, false), (anna.TelegramLanguage, anna.Language, anna.ReplyAs, anna.Format, anna.HasTalked));
        Data.People.Set(anna with { Language = "en", Scale = 8, Model = "x4plus", ReplyAs = ReplyAs.Both, Format = PictureFormat.WebP });
        Data.People.SetVip(7, true);
        Data.People.SetBlocked(7, true);

        anna = Data.People.Meet(7, null, isPrivate: true);

        Assert.Equal(("ru", "en", 8, "x4plus", ReplyAs.Both, PictureFormat.WebP), (anna.TelegramLanguage, anna.Language, anna.Scale, anna.Model, anna.ReplyAs, anna.Format));
        Assert.Equal((true, false, true, false), (anna.IsVip, anna.IsBanned, anna.HasTalked, anna.HasBlocked));
        Data.People.Meet(7, "ru", isPrivate: false); // in a group meanwhile: whether it is blocked is not known from that
        Assert.True(Data.People.Find(7)!.HasTalked);
        Assert.Null(Data.People.Meet(8, "'; DROP TABLE bot_person; --", isPrivate: false).TelegramLanguage);
    }

    [Fact]
    public void Whoever_is_erased_is_known_no_more_and_is_written_to_no_more()
    {
        var anna = Data.People.Meet(7, "ru", isPrivate: true);
        Data.People.Set(anna with { Language = "en", Scale = 8, ReplyAs = ReplyAs.Photo });
        Data.Outbox.Add([("a", new TextMessage { Chat = 7, Text = "news" }), ("b", new TextMessage { Chat = 8, Text = "news" })], "news", SendPriority.Broadcast);
        Quota[] once = [new(1, TimeSpan.FromDays(1))];
        Assert.Null(Data.Uses.Take(7, ["a"], once, _clock.GetUtcNow()));

        Data.Erase(7);

        Assert.Null(Data.People.Find(7));
        Assert.Empty(Data.People.Reachable(0, 10));
        Assert.Equal(8, Assert.Single(Data.Outbox.Due(10)).Chat);
        Assert.NotNull(Data.Uses.Take(7, ["b"], once, _clock.GetUtcNow()));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Of_whoever_is_banned_or_a_VIP_only_that_is_remembered(bool isBanned, bool isVip)
    {
        Data.People.Set(Data.People.Meet(7, "ru", isPrivate: true) with { Language = "en", Scale = 8, Model = "x", ReplyAs = ReplyAs.Photo, Format = PictureFormat.WebP });
        if (isBanned) Data.People.SetBanned(7, true);
        if (isVip) Data.People.SetVip(7, true);
        Data.People.SetBlocked(7, true);

        Data.Erase(7);

        Assert.Equal(new Person { Id = 7, IsBanned = isBanned, IsVip = isVip }, Data.People.Find(7));
        Assert.Empty(Data.People.Reachable(0, 10));
    }

    [Fact]
    public void What_is_known_of_results_goes_with_their_person_and_does_not_come_back()
    {
        var (hers, others) = (Receive("a"), Store.Receive(new NewJob("telegram", "telegram:8", "photo.jpg")));
        Data.Sent.Add(hers, 7, "file", "x4", new SentResult { Document = "a" });
        Data.Sent.Add(others, 8, "file", "x4", new SentResult { Document = "b" });
        foreach (var key in (string[])["done", "open", "half"]) Data.Statuses.Add(new StatusMessage { Key = key, Person = 7, Chat = -7, Count = 1 });
        Data.Statuses.AddPhoto("open", hers, 0);
        Data.Statuses.End("half");
        Data.Statuses.Add(new StatusMessage { Key = "other", Person = 8, Chat = 8, Count = 1 });
        Data.Statuses.AddPhoto("other", others, 0);
        Data.Statuses.End("other");

        Assert.Equal(1, Store.Erase("telegram:7"));
        Data.Erase(7);
        Data.Sent.Add(hers, 7, "file", "x4", new SentResult { Document = "late" }); // its delivery was under way
        Data.Statuses.Sent([(hers, "late", null)]);

        Assert.Null(Data.Sent.Find(7, "file", "x4"));
        Assert.Equal("b", Data.Sent.Find(8, "file", "x4")!.Document);
        Assert.Null(Data.Statuses.Find("half"));
        Assert.NotNull(Data.Statuses.Find("open")); // has still to say that it is over
        Data.Statuses.End("open");
        Assert.Null(Data.Statuses.Find("open"));
        Assert.Null(Data.Statuses.Photo(hers));
        Assert.True(Data.Statuses.Find("other")!.IsDone);
    }

    [Fact]
    public void A_file_id_that_is_noted_while_its_person_is_erased_is_gone_in_the_end()
    {
        for (var i = 0; i < 20; i++)
        {
            var job = Receive($"k{i}");
            Parallel.Invoke(() => Data.Sent.Add(job, 7, "file", "x4", new SentResult { Document = "late" }), () =>
            {
                Store.Erase("telegram:7");
                Data.Erase(7);
            });
            Assert.Null(Data.Sent.Find(7, "file", "x4"));
        }
    }

    [Fact]
    public void Of_what_was_set_aside_what_the_erased_person_wrote_goes_wherever_it_was()
    {
        Data.Updates.Add([Message(1, 7), Written(2, -100, 7), Written(3, -100, 8), Written(4, -100, 7)]);
        var numbers = Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
        Data.Updates.Fail(numbers[..3]);

        Data.Erase(7);

        Assert.Equal(4, Assert.Single(Data.Updates.Read(0, 10)).Id); // new, and still to be handled
        var left = Store.Database.Tables("telegram", typeof(BotData).Assembly).Read(work => work.Query<StoredUpdate>("updates set aside", new { bot = Bot }));
        Assert.Equal(3, Assert.Single(left).Id);
    }

    [Fact]
    public void The_busiest_people_of_a_day_are_known_with_how_much_they_sent()
    {
        void Send(string key, long person, int count) => Data.Statuses.Add(new StatusMessage { Key = key, Person = person, Chat = -1, Count = count });
        Send("old", 5, 100);
        _clock.Move(TimeSpan.FromHours(25));
        Send("a", 7, 3);
        Send("b", 9, 4);
        Send("c", 7, 10);
        Send("d", 8, 4);

        Assert.Equal([(7, 13), (8, 4)], Data.People.Busiest(TimeSpan.FromDays(1), 2).Select(person => ((int)person.Id, (int)person.Pictures)));
    }

    [Fact]
    public void Bans_hold_for_people_who_have_never_written()
    {
        Data.People.SetBanned(99, true);
        Assert.True(Data.People.Meet(99, "en", isPrivate: true).IsBanned);
        Data.People.SetBanned(99, false);
        Assert.False(Data.People.Find(99)!.IsBanned);
    }

    [Fact]
    public void Those_who_can_be_written_to_come_in_pages()
    {
        for (var id = 1; id <= 6; id++) Data.People.Meet(id, null, isPrivate: id != 2);
        Data.People.SetBlocked(3, true);
        Data.People.SetBanned(4, true);

        Assert.Equal([1, 5], Data.People.Reachable(0, 2).Select(person => (int)person.Id));
        Assert.Equal([6], Data.People.Reachable(5, 2).Select(person => (int)person.Id));
        Assert.Equal((6, 1, 0, 1, 6), Counts());
        _clock.Move(TimeSpan.FromDays(2));
        Assert.Equal((6, 1, 0, 1, 0), Counts());

        (int, int, int, int, int) Counts()
        {
            var counts = Data.People.Count(TimeSpan.FromDays(1));
            return ((int)counts.People, (int)counts.Banned, (int)counts.Vips, (int)counts.Blocked, (int)counts.Recent);
        }
    }

    private static Update Written(long id, long chat, long person) =>
        UpdateReader.Read($$"""{ "update_id": {{id}}, "message": { "message_id": {{id}}, "date": 0, "chat": { "id": {{chat}}, "type": "group" }, "from": { "id": {{person}}, "is_bot": false } } }""")!;
}
