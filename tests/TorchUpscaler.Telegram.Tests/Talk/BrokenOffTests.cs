using System.Globalization;
using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>An album that meets a quota, when taking it in breaks off in the middle and is done again.</summary>
public sealed class BrokenOffTests
{
    private static readonly TalkOptions ThreeADay = new() { Quotas = [new Quota(3, TimeSpan.FromDays(1))] };

    [Fact]
    public async Task An_album_that_meets_a_quota_is_taken_though_saying_so_fails_once()
    {
        await using var rig = await TalkRig.Start(ThreeADay);
        var anna = rig.Server.AddPerson("Anna");
        anna.SendAlbum([.. Enumerable.Range(0, 5).Select(i => TestPictures.Png(20, 20, i))]);
        var updates = await rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None);

        rig.Server.Faults.Next(Fault.ServerError, "sendMessage");
        await Assert.ThrowsAsync<BotApiException>(() => rig.Conversation.Handle(updates, CancellationToken.None));
        Assert.Equal(3, rig.Jobs(anna).Count);
        await rig.Conversation.Handle(updates, CancellationToken.None);

        Assert.Equal(3, rig.Jobs(anna).Count);
        Assert.Contains("2 pictures of the album were not taken", Assert.Single(anna.Chat.FromBot).Text, StringComparison.Ordinal);
        Assert.Contains("You have sent 3 pictures within", anna.Chat.FromBot[0].Text, StringComparison.Ordinal);
        Assert.Equal(0, rig.Data.Uses.Take(anna.Id, ["another"], ThreeADay.Quotas, rig.Clock.GetUtcNow())!.Left);
    }

    [Fact]
    public async Task What_was_counted_before_the_process_died_is_taken_and_counts_once()
    {
        await using var rig = await TalkRig.Start(ThreeADay);
        var anna = rig.Server.AddPerson("Anna");
        anna.SendAlbum([.. Enumerable.Range(0, 5).Select(i => TestPictures.Png(20, 20, i))]);
        var updates = await rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None);
        var keys = updates.Take(3).Select(update => string.Create(CultureInfo.InvariantCulture, $"{rig.Me.Id}/{anna.Id}/{update.Message!.MessageId}"));
        Assert.Null(rig.Data.Uses.Take(anna.Id, [.. keys], ThreeADay.Quotas, rig.Clock.GetUtcNow()));

        await rig.Conversation.Handle(updates, CancellationToken.None);

        Assert.Equal(3, rig.Jobs(anna).Count);
        Assert.Equal(0, rig.Data.Uses.Take(anna.Id, ["another"], ThreeADay.Quotas, rig.Clock.GetUtcNow())!.Left);
    }
}
