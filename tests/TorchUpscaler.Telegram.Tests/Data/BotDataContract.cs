using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <summary>What the bot's tables have to do, on every database.</summary>
public abstract class BotDataContract : IDisposable
{
    private const long Bot = 4839574812;

    private readonly TemporaryFolder _folder = new();
    private readonly SetClock _clock = new();
    private readonly Lazy<IJobStore> _store;
    private readonly Lazy<BotData> _data;

    private protected BotDataContract()
    {
        var location = new Lazy<string>(() => NewLocation(_folder.Root));
        _store = new Lazy<IJobStore>(() => JobStores.Open(location.Value, _folder.Root, new QueueOptions { SecondsPerMegapixel = 1 }, _clock));
        _data = new Lazy<BotData>(() => BotData.Open(_store.Value, Bot));
    }

    private IJobStore Store => _store.Value;

    private BotData Data => _data.Value;

    private protected abstract string NewLocation(string folder);

    [Fact]
    public void An_update_is_kept_once_and_in_the_order_of_its_number()
    {
        Assert.Equal(3, Data.Updates.Add([Message(12, chat: 7), Message(10, chat: 7), Message(11, chat: 8, album: "77")]));
        Assert.Equal(0, Data.Updates.Add([Message(10, chat: 7)]));

        var updates = Data.Updates.Read(0, 10);

        Assert.Equal([(10, 7, null), (11, 8, "77"), (12, 7, null)], updates.Select(update => ((int)update.Id, (int)update.Chat, update.Album)));
        Assert.Equal(3, Data.Updates.Waiting);
        Assert.Equal(12, UpdateReader.Read(Data.Updates.Read(updates[1].Number, 10).Single().Json)!.Id);
    }

    [Fact]
    public void Attempts_are_counted_and_what_is_done_comes_no_more_and_says_no_more()
    {
        Data.Updates.Add([Message(1, 7), Message(2, 7), Message(3, 7)]);
        var numbers = Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
        Data.Updates.Begin(numbers);
        Data.Updates.Begin(numbers[..1]);
        Data.Updates.Return(numbers[1..2]);
        Assert.Equal([2, 0, 1], Data.Updates.Read(0, 10).Select(update => update.Attempts));

        Data.Updates.Done(numbers[..1]);
        Data.Updates.Fail(numbers[1..2]);

        Assert.Equal(3, Assert.Single(Data.Updates.Read(0, 10)).Id);
        Assert.Equal(0, Data.Updates.Add([Message(1, 7), Message(2, 7)])); // still known
        _clock.Move(TimeSpan.FromDays(3));
        Assert.Equal(2, Data.Prune());
        Assert.Equal(1, Data.Updates.Waiting);
    }

    [Fact]
    public void One_process_at_a_time_talks()
    {
        static bool Lives(string owner) => false;
        var lease = TimeSpan.FromSeconds(15);
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        Assert.Equal("one", Data.Turn.Take("two", lease, Lives));
        _clock.Move(TimeSpan.FromSeconds(10));
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        _clock.Move(TimeSpan.FromSeconds(10));
        Assert.Equal("one", Data.Turn.Take("two", lease, Lives));

        Assert.Null(Data.Turn.Take("two", lease, owner => owner == "one")); // it has died
        Assert.Equal("two", Data.Turn.Take("one", lease, Lives));
        Data.Turn.End("one"); // not its own
        Assert.Equal("two", Data.Turn.Take("one", lease, Lives));
        Data.Turn.End("two");
        Assert.Null(Data.Turn.Take("one", lease, Lives));
        _clock.Move(lease);
        Assert.Null(Data.Turn.Take("two", lease, Lives)); // it was silent for too long
    }

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

    [Fact]
    public void A_job_handed_in_twice_under_one_key_is_one_job()
    {
        var job = new NewJob("telegram", "telegram:7", "photo.jpg") { Key = "1/7/3", Payload = "first" };
        var id = Store.Receive(job);

        Assert.Equal(id, Store.Receive(job with { Payload = "second" }));
        Assert.Equal(id, Store.Submit(job, new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([1, 2, 3])));
        Assert.NotEqual(id, Store.Receive(job with { FrontEnd = "other" }));
        Assert.NotEqual(id, Store.Receive(job with { Key = "1/7/4" }));
        Assert.NotEqual(Store.Receive(job with { Key = null }), Store.Receive(job with { Key = null }));

        Assert.Equal(("first", "1/7/3", JobState.Received), (Store.Find(id)!.Payload, Store.Find(id)!.Key, Store.Find(id)!.State));
        Assert.Equal(id, Store.ClaimReceived("telegram")!.Id);
        Assert.Equal(id, Store.Receive(job)); // whatever has become of it
        var submitted = Store.Submit(job with { Key = "1/7/5" }, new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([1, 2, 3]));
        Assert.Equal(submitted, Store.Submit(job with { Key = "1/7/5" }, new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream([4])));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Store.FetchInput(Store.Claim()!)));
    }

    [Fact]
    public void Two_who_hand_in_the_same_at_the_same_moment_hand_in_one()
    {
        var ids = new long[16];
        Parallel.For(0, ids.Length, i => ids[i] = Store.Receive(new NewJob("telegram", "telegram:7", "photo.jpg") { Key = "same" }));
        Assert.Single(ids.Distinct());
        Assert.Single(Store.List(null, null, 100));
    }

    [Fact]
    public void A_status_message_knows_its_photos_and_their_jobs()
    {
        Data.Statuses.Add(new StatusMessage { Key = "k", Person = 7, Chat = -100, Thread = 5, ReplyTo = 3, Count = 2, Language = "ru" });
        Data.Statuses.Add(new StatusMessage { Key = "k", Person = 8, Chat = 1, Count = 9 }); // known already
        var jobs = new[] { Receive("a"), Receive("b") };
        Data.Statuses.AddPhoto("k", jobs[1], 1);
        Data.Statuses.AddPhoto("k", jobs[0], 0);
        Data.Statuses.AddPhoto("k", jobs[0], 0);
        Data.Statuses.SetMessage("k", 44);

        var open = Assert.Single(Data.Statuses.Open());

        Assert.Equal((7, -100, 5, 3, 2, 44), (open.Status.Person, open.Status.Chat, open.Status.Thread, open.Status.ReplyTo, open.Status.Count, open.Status.Message));
        Assert.Equal("ru", open.Status.Language);
        Assert.Equal(jobs, open.Photos.Select(photo => photo.Job!.Id));
        Assert.Equal("k", Data.Statuses.Of(jobs[1])!.Key);
        Data.MoveChat(-100, -200);
        Assert.Equal(new MessageRef(-200, 44), Data.Statuses.Find("k")!.Ref);
        Data.Statuses.End("k");
        Assert.Empty(Data.Statuses.Open());
        _clock.Move(TimeSpan.FromDays(9));
        Data.Prune();
        Assert.Null(Data.Statuses.Find("k"));
        Assert.Null(Data.Statuses.Photo(jobs[0]));
    }

    [Fact]
    public void A_send_that_was_begun_and_never_confirmed_is_known()
    {
        Data.Statuses.Add(new StatusMessage { Key = "k", Person = 7, Chat = 7, Count = 2 });
        var (one, two) = (Receive("a"), Receive("b"));
        Data.Statuses.AddPhoto("k", one, 0);
        Data.Statuses.AddPhoto("k", two, 1);

        Assert.Equal(0, Data.Statuses.BeginSending([one, two]));
        Data.Statuses.NotSent([two]);
        Assert.Equal(1, Data.Statuses.BeginSending([one, two]));
        Data.Statuses.Sent([(one, "document", null), (two, null, "photo")]);
        Assert.Equal(0, Data.Statuses.BeginSending([one, two]));
        Data.Statuses.Sent([(one, null, "photo")]);

        Assert.Equal(("document", "photo", 0), (Data.Statuses.Photo(one)!.Document, Data.Statuses.Photo(one)!.Photo, Data.Statuses.Photo(one)!.Sendings));
        Data.Statuses.CannotSend(two, "why");
        Assert.Equal("why", Data.Statuses.Photo(two)!.Failure);
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

    [Fact]
    public void A_sent_result_is_found_by_person_file_and_settings_until_it_is_forgotten()
    {
        var job = Receive("a");
        Data.Sent.Add(job, 7, "file", "x4", new SentResult { Document = "d", Caption = "as a JPEG" });
        Data.Sent.Add(job, 7, "file", "x4", new SentResult { Photo = "p" });
        Assert.Equal("as a JPEG", Data.Sent.Find(7, "file", "x4")!.Caption); // of the document
        Assert.Equal(("d", "p"), (Data.Sent.Find(7, "file", "x4")!.Document, Data.Sent.Find(7, "file", "x4")!.Photo));
        Assert.Null(Data.Sent.Find(7, "file", "x2"));
        Assert.Null(Data.Sent.Find(8, "file", "x4"));
        var hostile = "\0\ud83d" + new string('x', 5000);
        Data.Sent.Add(job, 7, hostile, hostile, new SentResult { Document = "h" });
        Assert.Equal("h", Data.Sent.Find(7, hostile, hostile)!.Document);

        Data.Sent.Forget(7, "file", "x4");
        Assert.Null(Data.Sent.Find(7, "file", "x4"));
        _clock.Move(TimeSpan.FromDays(31));
        Data.Prune();
        Assert.Null(Data.Sent.Find(7, hostile, hostile));
    }

    [Fact]
    public void The_outbox_gives_the_most_urgent_first_and_each_until_it_has_ended()
    {
        var keyboard = InlineKeyboard.Row(InlineButton.Press("Yes", "y"), InlineButton.Press("No", "n"));
        var text = new TextMessage { Chat = 7, Thread = 3, ReplyTo = 4, IsSilent = true, Text = "Hello " + FormattedText.Bold("you"), Keyboard = keyboard };
        Data.Outbox.Add([("a", text), ("b", text with { Chat = 8 })], "news", SendPriority.Broadcast);
        Data.Outbox.Add([("a", text with { Chat = 9 })], "news", SendPriority.Broadcast); // known already
        Data.Outbox.Add([("c", text with { Chat = 10 })], "digest", SendPriority.Result);

        var due = Data.Outbox.Due(10);

        Assert.Equal([10L, 7, 8], due.Select(item => item.Chat));
        Assert.Equal(SendPriority.Broadcast, due[1].Priority);
        var read = due[1].Read()!;
        Assert.Equal((text.Text, 3, 4, true), (read.Text, read.Thread, read.ReplyTo, read.IsSilent));
        Assert.Equal(keyboard.Rows[0], read.Keyboard!.Rows[0]);
        Data.Outbox.Sent(due[0].Id);
        Data.Outbox.Rest(due[1].Id, TimeSpan.FromSeconds(5));
        Data.Outbox.Drop(due[2].Id);
        Assert.Empty(Data.Outbox.Due(10));
        Assert.Equal((1, 0, 1), Data.Outbox.Count("news"));
        _clock.Move(TimeSpan.FromSeconds(5));
        Assert.Equal(1, Assert.Single(Data.Outbox.Due(10)).Attempts);
    }

    [Fact]
    public void Flags_are_kept()
    {
        Assert.False(Data.Flags.IsPaused);
        Data.Flags.IsPaused = true;
        Data.Flags.Set("example", "file id");
        Assert.Equal((true, "file id"), (BotData.Open(Store, Bot).Flags.IsPaused, Data.Flags.Get("example")));
        Data.Flags.IsPaused = false;
        Assert.False(Data.Flags.IsPaused);
    }

    [Fact]
    public void Tables_of_a_newer_program_are_left_alone()
    {
        var tables = Store.Database.Tables("telegram", typeof(BotData).Assembly);
        Assert.NotNull(tables);
        // An assembly without scripts knows fewer than have been applied.
        var message = Assert.Throws<InputException>(() => Store.Database.Tables("telegram", typeof(BotDataContract).Assembly)).Message;
        Assert.Contains("made by a newer program", message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private long Receive(string key) => Store.Receive(new NewJob("telegram", "telegram:7", "photo.jpg") { Key = key });

    private static Update Written(long id, long chat, long person) =>
        UpdateReader.Read($$"""{ "update_id": {{id}}, "message": { "message_id": {{id}}, "date": 0, "chat": { "id": {{chat}}, "type": "group" }, "from": { "id": {{person}}, "is_bot": false } } }""")!;

    [Fact]
    public void A_store_belongs_to_one_bot()
    {
        Assert.Null(Data.Turn.Take("one", TimeSpan.FromSeconds(15), _ => false));
        var refusal = Assert.Throws<InputException>(() => BotData.Open(Store, Bot + 1));
        Assert.Contains($"belongs to the bot {Bot}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("a Store of its own", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(BotData.Open(Store, Bot));
    }

    [Fact]
    public void A_status_message_that_was_ended_for_want_of_photos_tells_of_one_that_comes_after_all()
    {
        Data.Statuses.Add(new StatusMessage { Key = "k", Person = 7, Chat = 7 });
        _clock.Move(TimeSpan.FromSeconds(61));
        Assert.Equal(61_000, Assert.Single(Data.Statuses.Open()).Status.Age);
        Data.Statuses.End("k");
        Assert.Empty(Data.Statuses.Open());

        var job = Store.Receive(new NewJob("telegram", "telegram:7", "x"));
        Data.Statuses.AddPhoto("k", job, 0);
        Assert.Equal(job, Assert.Single(Assert.Single(Data.Statuses.Open()).Photos).Photo.Job);
        Data.Statuses.End("k");
        Data.Statuses.AddPhoto("k", job, 0); // known already
        Assert.Empty(Data.Statuses.Open());
    }

    [Fact]
    public void Albums_are_delivered_when_all_has_ended_and_two_parcels_of_a_chat_at_a_time()
    {
        long Album(string key, long chat, int count, int photos)
        {
            Data.Statuses.Add(new StatusMessage { Key = key, Person = 7, Chat = chat, Count = count });
            var first = 0L;
            for (var item = 0; item < photos; item++)
            {
                var job = Store.Receive(new NewJob("telegram", "telegram:7", "x"));
                if (item == 0) first = job;
                Data.Statuses.AddPhoto(key, job, item);
            }
            return first;
        }
        IEnumerable<(long, string?, long)> ToDeliver() => Data.Statuses.ToDeliver(2, 10, TimeSpan.FromMinutes(1)).Select(parcel => (parcel.Job, parcel.Status, parcel.Chat));
        void Fail(long job)
        {
            Assert.Equal(job, Store.ClaimReceived("telegram")!.Id);
            Store.Fail(Store.Find(job)!.Claim, "why", isFinal: true);
        }

        var (whole, short1) = (Album("whole", 7, 2, 2), Album("short", 8, 2, 1));
        var alone = Store.Receive(new NewJob("telegram", "telegram:7", "x"));
        var (first, second, third) = (Album("first", 9, 1, 1), Album("second", 9, 1, 1), Album("third", 9, 1, 1));
        Fail(whole);
        Assert.Empty(ToDeliver());
        foreach (var job in (long[])[whole + 1, short1, alone, first, second, third]) Fail(job);
        Assert.Equal([(whole, "whole", 7), (alone, null, 0), (first, "first", 9), (second, "second", 9)], ToDeliver());

        // What is held, or rests, is not to be had; neither is an album of which that is so.
        var held = Store.ClaimDelivery(whole + 1)!;
        Assert.DoesNotContain((whole, "whole", 7), ToDeliver());
        Store.HandBack(held.Claim, TimeSpan.FromHours(1));
        Assert.DoesNotContain((whole, "whole", 7), ToDeliver());
        Assert.True(Store.Told(Store.ClaimDelivery(first)!.Claim));
        Assert.Equal([(alone, null, 0), (second, "second", 9), (third, "third", 9)], ToDeliver());
    }

    [Fact]
    public void A_NUL_in_an_update_is_no_matter()
    {
        Data.Updates.Add([UpdateReader.Read("{\"update_id\":5,\"message\":{\"message_id\":1,\"date\":0,\"chat\":{\"id\":7,\"type\":\"private\"},\"text\":\"a\0b\"}}")!]);
        Assert.Equal("a?b", UpdateReader.Read(Assert.Single(Data.Updates.Read(0, 10)).Json)!.Message!.Text);
    }

    [Fact]
    public void The_next_updates_of_one_chat_are_found()
    {
        Data.Updates.Add([.. Enumerable.Range(1, 9).Select(id => Message(id, chat: id % 2))]);
        var numbers = Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
        Assert.Equal([3, 5], Data.Updates.Read(1, numbers[0], numbers[^1], 2).Select(update => update.Id));
        Assert.Equal([3, 5, 7], Data.Updates.Read(1, numbers[0], numbers[7], 10).Select(update => update.Id));
    }

    private static Update Message(long id, long chat, string? album = null)
    {
        var group = album is null ? "" : $""", "media_group_id": "{album}" """;
        return UpdateReader.Read($$"""{ "update_id": {{id}}, "message": { "message_id": {{id}}, "date": 0, "chat": { "id": {{chat}}, "type": "private" }{{group}} } }""")!;
    }
}

/// <summary>The bot's tables in SQLite.</summary>
public sealed class SqliteBotDataTests : BotDataContract
{
    private protected override string NewLocation(string folder) => Path.Combine(folder, "queue");
}

/// <summary>The bot's tables in PostgreSQL.</summary>
public sealed class PostgresBotDataTests : BotDataContract
{
    private protected override string NewLocation(string folder) => PostgresCluster.Shared.NewSchema();
}
