using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <content>Status messages with their photos and jobs, and what is ready to be delivered.</content>
public abstract partial class BotDataContract
{
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
}
