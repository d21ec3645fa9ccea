using TorchUpscaler.BotServer;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Life;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Whose failure it is when something breaks while pictures are fetched.</summary>
public sealed class FetchTests
{
    [Fact]
    public async Task A_picture_that_is_still_on_its_way_fails_at_no_crash()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false, lease: TimeSpan.FromSeconds(1));
        rig.Server.Faults.DownloadBytesPerSecond = 20;
        rig.Server.AddPerson("Anna").SendDocument(TestPictures.Png(20, 10), "innocent.png");
        await BotRig.Until(() => rig.Store.List(JobState.Received, null, 10) is [{ LeaseOwner: not null }], "it is being fetched");

        var until = rig.Store.Find(1)!.LeaseUntil;
        await BotRig.Until(() => rig.Store.Find(1)!.LeaseUntil > until, "the lease is renewed");

        Assert.False(rig.Store.Find(1)!.IsActive);
    }

    [Fact]
    public async Task Where_Telegram_wants_to_be_left_alone_no_other_file_is_asked_for()
    {
        await using var rig = await BotRig.Start(rig =>
        {
            rig.HasWorker = false;
            rig.Life = rig.Life with { Downloads = 1 };
        }, lease: TimeSpan.FromMinutes(1));
        rig.Server.Faults.Next(Fault.TooMany, "getFile");
        var anna = rig.Server.AddPerson("Anna");
        for (var i = 0; i < 3; i++) anna.SendDocument(TestPictures.Png(20, 10 + i), "cat.png");
        await BotRig.Until(() => rig.Server.Faults.Count(Fault.TooMany) == 1, "it is said");
        await BotRig.Until(() => rig.Store.List(JobState.Received, null, 10).Count == 3, "all are received");

        await Task.Delay(TimeSpan.FromSeconds(1.5)); // many looks, of the three seconds
        Assert.Equal(1, rig.Server.Calls.Count(call => call.Method == "getFile"));
        await BotRig.Until(() => rig.Store.List(JobState.Queued, null, 10).Count == 3, "all are fetched later");
    }

    [Fact]
    public async Task What_is_checked_alone_is_checked_beside_nothing_else()
    {
        using var gate = new CheckGate();
        var (inside, most, alone) = (0, 0, false);
        var tasks = Enumerable.Range(0, 60).Select(i => gate.Inside(isAlone: i % 7 == 3, async () =>
        {
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            if (i % 7 == 3)
            {
                Assert.Equal(1, now);
                alone = true;
            }
            await Task.Delay(2);
            Interlocked.Decrement(ref inside);
            return i;
        }, CancellationToken.None)).ToList();

        Assert.Equal(Enumerable.Range(0, 60), await Task.WhenAll(tasks));
        Assert.True(alone && most > 1, $"at most {most} were inside together");
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var old = Volatile.Read(ref most); old < value; old = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, value, old);
    }
}
