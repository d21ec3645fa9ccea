using System.Collections.Concurrent;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>The store's server is killed under the bot, and started again. One test after the other, as it is the same server.</summary>
public sealed class StoreOutageTests
{
    [Fact]
    public async Task While_the_store_is_out_no_update_is_confirmed()
    {
        var cluster = PostgresCluster.ToBeKilled;
        var handled = new ConcurrentBag<string?>();
        await using var rig = await BotRig.Start(rig =>
        {
            rig.HasWorker = false;
            rig.Handle = (updates, _) =>
            {
                handled.Add(updates[0].Message!.Text);
                return Task.CompletedTask;
            };
        }, lease: TimeSpan.FromSeconds(30), cluster.NewSchema());
        await rig.Server.WhenPolled();

        cluster.Kill();
        rig.Server.AddPerson("Anna").SendText("hello");
        await BotRig.Until(() => rig.Log.Any(line => line.Contains("No updates come", StringComparison.Ordinal)), "the store is missed");
        Assert.Equal(1, rig.Server.WaitingUpdates);
        cluster.Start();

        await BotRig.Until(() => handled.Contains("hello") && rig.Server.WaitingUpdates == 0, "it is handled and confirmed");
    }

    [Fact]
    public async Task A_picture_whose_store_is_out_is_handed_back_when_it_answers_again_and_has_failed_at_nothing()
    {
        var cluster = PostgresCluster.ToBeKilled;
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromSeconds(8), cluster.NewSchema());
        var picture = TestPictures.Png(20, 10);
        rig.Server.Faults.DownloadBytesPerSecond = picture.Length / 2;
        rig.Server.AddPerson("Anna").SendDocument(picture, "cat.png");
        await BotRig.Until(() => rig.Store.List(JobState.Received, null, 10) is [{ LeaseOwner: not null }], "it is being fetched");

        cluster.Kill();
        rig.Server.Faults.DownloadBytesPerSecond = null;
        await Task.Delay(TimeSpan.FromSeconds(4)); // by now it is fetched, and cannot be stored
        cluster.Start();

        // Nobody takes leases back here: it was handed back.
        await BotRig.Until(() => rig.Store.Find(1) is { State: JobState.Queued, Attempt: > 1 }, "it is queued at another attempt");
        Assert.Equal(0, rig.Store.Find(1)!.Failures);
    }

    [Fact]
    public async Task What_Telegram_has_confirmed_is_not_sent_again_because_the_store_was_out()
    {
        var cluster = PostgresCluster.ToBeKilled;
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromSeconds(30), cluster.NewSchema());
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await anna.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true);
        await BotRig.Until(() => rig.Data.Statuses.Of(1)!.Message is not null, "the status message is noted");
        rig.Server.Faults.Delay = TimeSpan.FromSeconds(2);
        rig.Finish(rig.Store.Claim()!);
        await BotRig.Until(() => rig.Data.Statuses.Photo(1)!.Sendings > 0, "sending has begun");

        cluster.Kill();
        await anna.Chat.WaitFor(message => message.Document is not null);
        rig.Server.Faults.Delay = TimeSpan.Zero;
        await BotRig.Until(() => rig.Log.Any(line => line.Contains("cannot be noted yet", StringComparison.Ordinal)), "the store is missed");
        cluster.Start();

        await BotRig.Until(() => rig.Store.Find(1)!.State == JobState.Delivered, "it is noted");
        Assert.Single(anna.Chat.FromBot, message => message.Document is not null);
        Assert.Equal(0, rig.Metrics.Duplicates);
    }
}
