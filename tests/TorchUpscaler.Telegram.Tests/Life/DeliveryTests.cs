using Microsoft.Data.Sqlite;
using TorchUpscaler.BotServer;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Results that are ready reach their senders, whoever else waits and whatever breaks for a moment.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_store_that_fails_in_the_middle_of_taking_an_album_strands_none_of_it()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromMinutes(5));
        var anna = rig.Server.AddPerson("Anna");
        anna.SendAlbum([("a.png", TestPictures.Png(20, 10, 1)), ("b.png", TestPictures.Png(20, 10, 2))]);
        await BotRig.Until(() => rig.Store.List(JobState.Queued, null, 10).Count == 2, "both are queued");
        Sql(rig, "CREATE TRIGGER odd BEFORE UPDATE OF deliveries ON job WHEN NEW.name = 'b.png' AND NEW.deliveries > 0 BEGIN SELECT raise(ABORT, 'odd'); END");
        while (rig.Store.Claim() is { } job) rig.Finish(job);
        await BotRig.Until(() => rig.Log.Any(line => line.Contains("(delivery) failed", StringComparison.Ordinal)), "it has failed");

        Assert.All(rig.Store.List(JobState.Upscaled, null, 10), job => Assert.Null(job.LeaseOwner));
        Sql(rig, "DROP TRIGGER odd");

        await BotRig.Until(() => anna.Chat.FromBot.Count(message => message.Document is not null) == 2, "both are there");
    }

    [Trait("Length", "Long")]
    [Fact]
    public async Task Albums_that_wait_for_their_last_picture_hold_up_nobody()
    {
        const int albums = 29, photosEach = 10;
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromMinutes(5));
        for (var album = 0; album < albums; album++)
        {
            var key = FormattableString.Invariant($"album {album}");
            var person = rig.Server.AddPerson(key).Id;
            rig.Data.Statuses.Add(new StatusMessage { Key = key, Person = person, Chat = person, Count = photosEach });
            for (var item = 0; item < photosEach; item++)
            {
                var request = new PictureRequest { Chat = person, Message = item, Person = person, FileId = "x", Album = key };
                var job = new NewJob(PictureRequest.FrontEnd, PictureRequest.QueueName(request.Person), item == 0 ? "last" : "first") { Payload = request.ToPayload() };
                rig.Data.Statuses.AddPhoto(key, rig.Store.Submit(job, new CheckedPicture(10, 10, ".png", "x"), new MemoryStream([1])), item);
            }
        }
        var claimed = new List<Job>();
        while (rig.Store.Claim() is { } job) claimed.Add(job);
        foreach (var job in claimed.Where(job => job.Name == "first")) rig.Finish(job);

        var ben = rig.Server.AddPerson("Ben");
        ben.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await BotRig.Until(() => rig.Store.List(JobState.Queued, null, 1).Count == 1, "Ben's is queued");
        rig.Finish(rig.Store.Claim()!);

        await ben.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(albums * (photosEach - 1), rig.Store.List(JobState.Upscaled, null, 1000).Count(job => job is { Deliveries: 0, LeaseOwner: null }));
    }

    [Fact]
    public async Task After_many_outages_the_first_refusal_is_not_the_last_word()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromMinutes(1));
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await BotRig.Until(() => rig.Store.List(JobState.Queued, null, 10).Count == 1, "it is queued");
        await rig.StopBot();
        rig.Finish(rig.Store.Claim()!);
        for (var outage = 0; outage < 10; outage++) Assert.True(rig.Store.HandBack(rig.Store.ClaimDelivery(1)!.Claim, TimeSpan.Zero));

        rig.Server.Faults.Next(Fault.OddRefusal, "sendDocument");
        await rig.StartBot();

        await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(1, rig.Server.Faults.Count(Fault.OddRefusal));
    }

    [Fact]
    public async Task A_token_that_is_revoked_costs_nobody_anything_and_ends_the_bot()
    {
        var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromMinutes(1));
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await anna.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);
        await rig.StopBot();
        rig.HasWebhook = true; // so that nothing but what is sent can tell
        await rig.StartBot();

        rig.Server.RevokeToken();
        rig.Data.Outbox.Add([("k", new TextMessage { Chat = anna.Id, Text = "news" })], "news", SendPriority.Broadcast);
        rig.Finish(rig.Store.Claim()!);
        var error = await Assert.ThrowsAsync<BotApiException>(() => rig.Talking.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(BotError.BadToken, error.Error);
        Assert.Equal((JobState.Upscaled, null), (rig.Store.Find(1)!.State, rig.Data.Statuses.Photo(1)!.Failure));
        Assert.Equal((1, 0, 0), rig.Data.Outbox.Count("news"));
        Assert.Single(rig.Data.Statuses.Open());
        await Assert.ThrowsAsync<BotApiException>(async () => await rig.DisposeAsync());
    }

    private static void Sql(BotRig rig, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={rig.Database}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
