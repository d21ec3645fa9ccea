using System.Collections.Concurrent;
using TorchUpscaler.BotServer;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Tests.Life;

namespace TorchUpscaler.Telegram.Tests.Intake;

/// <summary>How updates are taken, kept and handled, whatever they are and whatever breaks.</summary>
public sealed class IntakeTests
{
    private readonly ConcurrentQueue<string> _handled = [];

    [Fact]
    public async Task A_chats_updates_are_handled_in_order_and_no_chat_waits_for_another()
    {
        var gate = new TaskCompletionSource();
        await using var rig = await Start(async updates =>
        {
            if (TextOf(updates[0]) == "slow") await gate.Task;
        });
        var (anna, ben) = (rig.Server.AddPerson("Anna"), rig.Server.AddPerson("Ben"));
        anna.SendText("slow");
        for (var i = 0; i < 20; i++) anna.SendText(FormattableString.Invariant($"anna {i}"));
        for (var i = 0; i < 20; i++) ben.SendText(FormattableString.Invariant($"ben {i}"));

        await BotRig.Until(() => _handled.Count(text => text.StartsWith("ben", StringComparison.Ordinal)) == 20, "Ben's are handled");
        Assert.DoesNotContain(_handled, text => text.StartsWith("anna", StringComparison.Ordinal));
        gate.SetResult();
        await BotRig.Until(() => _handled.Count == 41, "all are handled");

        foreach (var name in (string[])["anna", "ben"])
            Assert.Equal(Enumerable.Range(0, 20).Select(i => FormattableString.Invariant($"{name} {i}")), _handled.Where(text => text.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Whoever_floods_the_bot_holds_up_nobody_and_is_answered_in_order()
    {
        var gate = new TaskCompletionSource();
        var albums = new ConcurrentQueue<int>();
        await using var rig = await Start(async updates =>
        {
            if (TextOf(updates[0]).StartsWith("mallory", StringComparison.Ordinal)) await gate.Task;
            if (updates[0].Message!.MediaGroupId is not null) albums.Enqueue(updates.Count);
        }, rig => rig.Intake = rig.Intake with { MostInMemory = 60 });
        var (mallory, ben) = (rig.Server.AddPerson("Mallory"), rig.Server.AddPerson("Ben"));
        for (var i = 0; i < 117; i++) mallory.SendText(FormattableString.Invariant($"mallory {i}"));
        mallory.SendAlbum([.. Enumerable.Range(0, 10).Select(i => TestPictures.Png(10, 10, i))]);
        for (var i = 117; i < 150; i++) mallory.SendText(FormattableString.Invariant($"mallory {i}"));
        await BotRig.Until(() => rig.Data.Updates.Waiting == 160, "all are stored");

        ben.SendText("ben");
        await BotRig.Until(() => _handled.Contains("ben"), "Ben's is handled");
        gate.SetResult();
        await BotRig.Until(() => rig.Data.Updates.Waiting == 0, "all are handled");

        Assert.Equal(Enumerable.Range(0, 150).Select(i => FormattableString.Invariant($"mallory {i}")), _handled.Where(text => text.StartsWith("mallory", StringComparison.Ordinal)));
        Assert.Equal([10], albums);
    }

    [Fact]
    public async Task Updates_that_come_twice_and_in_disorder_are_handled_once_each()
    {
        await using var rig = await Start();
        rig.Server.Faults.Set(Fault.DuplicatedUpdate, 0.3);
        rig.Server.Faults.Set(Fault.ReorderedUpdates, 0.5);
        rig.Server.Faults.Set(Fault.ServerError, 0.2);
        rig.Server.Faults.Set(Fault.CutAnswer, 0.1);
        var anna = rig.Server.AddPerson("Anna");
        for (var i = 0; i < 60; i++) anna.SendText(FormattableString.Invariant($"{i}"));

        await BotRig.Until(() => _handled.Count >= 60 && rig.Server.WaitingUpdates == 0, "all are handled and confirmed");

        Assert.Equal(Enumerable.Range(0, 60), _handled.Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.True(rig.Server.Faults.Count(Fault.DuplicatedUpdate) > 0 && rig.Server.Faults.Count(Fault.ServerError) > 0);
    }

    [Fact]
    public async Task An_update_that_always_fails_is_set_aside_and_the_next_ones_go_on()
    {
        var tries = 0;
        await using var rig = await Start(updates =>
        {
            if (TextOf(updates[0]) != "poison: my secret") return Task.CompletedTask;
            tries++;
            throw new InvalidOperationException("my secret breaks it");
        });
        var anna = rig.Server.AddPerson("Anna");
        anna.SendText("poison: my secret");
        anna.SendText("next");

        await BotRig.Until(() => _handled.Contains("next"), "the next one is handled");

        Assert.Equal(3, tries);
        var told = await anna.Chat.WaitFor(message => message.Text?.StartsWith("Something went wrong with this message", StringComparison.Ordinal) == true);
        Assert.Equal("poison: my secret", told.ReplyTo!.Text);
        await BotRig.Until(() => rig.Data.Updates.Waiting == 0, "none waits any more"); // noted after it is handled
        Assert.Contains(rig.Log, line => line.Contains("is set aside after 3 attempts", StringComparison.Ordinal));
        Assert.DoesNotContain(rig.Log, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_process_died_over_three_times_is_not_tried_again()
    {
        await using var rig = await BotRig.Start(rig =>
        {
            rig.Handle = Recorded(_ => Task.CompletedTask);
            var chat = """ "message": { "message_id": 1, "date": 0, "chat": { "id": 7, "type": "private" }, "from": { "id": 7, "is_bot": false, "first_name": "A" }, "text": """;
            rig.Data.Updates.Add([UpdateReader.Read($$"""{ "update_id": 1, {{chat}} "killer" } }""")!, UpdateReader.Read($$"""{ "update_id": 2, {{chat}} "killed twice" } }""")!]);
            var numbers = rig.Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
            for (var i = 0; i < 3; i++) rig.Data.Updates.Begin(numbers[..1]);
            for (var i = 0; i < 2; i++) rig.Data.Updates.Begin(numbers[1..]);
        });

        await BotRig.Until(() => rig.Data.Updates.Waiting == 0, "nothing waits");
        Assert.Equal(["killed twice"], _handled);
    }

    [Fact]
    public async Task While_Telegram_or_the_store_is_out_updates_wait_and_no_attempt_counts()
    {
        var tries = 0;
        await using var rig = await Start(updates => tries++ switch
        {
            < 4 => throw new BotApiException(BotError.Unavailable, "Telegram is out"),
            < 8 => throw new StoreUnavailableException("the store is out", new IOException()),
            _ => Task.CompletedTask,
        });
        rig.Server.AddPerson("Anna").SendText("hello");

        await BotRig.Until(() => _handled.Contains("hello"), "it is handled");
        Assert.Equal(9, tries);
        await BotRig.Until(() => rig.Data.Updates.Waiting == 0, "nothing waits");
    }

    [Fact]
    public async Task The_parts_of_an_album_are_handled_together_once_no_more_come()
    {
        var counts = new ConcurrentQueue<int>();
        await using var rig = await Start(updates =>
        {
            counts.Enqueue(updates.Count);
            return Task.CompletedTask;
        });
        var anna = rig.Server.AddPerson("Anna");
        anna.SendText("before");
        anna.SendAlbum([TestPictures.Png(10, 10, 1), TestPictures.Png(10, 10, 2), TestPictures.Png(10, 10, 3)], "x2");
        anna.SendText("after");

        await BotRig.Until(() => counts.Count == 3, "all are handled");
        Assert.Equal([1, 3, 1], counts);
    }

    [Fact]
    public async Task What_is_being_handled_when_the_process_is_told_to_end_is_handled_by_the_next_one()
    {
        var isFirst = true;
        await using var rig = await BotRig.Start(rig =>
        {
            rig.Intake = rig.Intake with { StopPatience = TimeSpan.FromMilliseconds(50) };
            rig.Handle = async (updates, cancellation) =>
            {
                _handled.Enqueue(isFirst ? "begun" : TextOf(updates[0]));
                if (isFirst) await Task.Delay(Timeout.Infinite, cancellation);
            };
        });
        rig.Server.AddPerson("Anna").SendText("hello");
        await BotRig.Until(() => _handled.Contains("begun"), "it is begun");
        await rig.StopBot();
        Assert.Equal(0, Assert.Single(rig.Data.Updates.Read(0, 10)).Attempts);

        isFirst = false;
        await rig.StartBot();
        await BotRig.Until(() => _handled.Contains("hello"), "it is handled");
    }

    [Fact]
    public async Task A_second_process_of_the_bot_says_so_and_waits_for_the_first_to_end()
    {
        await using var rig = await Start();
        using var store = rig.OpenStore();
        var data = TorchUpscaler.Telegram.Data.BotData.Open(store, 4839574812);

        Assert.Equal(rig.Owner, data.Turn.Take(store.Owner, TimeSpan.FromSeconds(15), store.IsKnownDead));
        await rig.StopBot();
        Assert.Null(data.Turn.Take(store.Owner, TimeSpan.FromSeconds(15), store.IsKnownDead));

        await rig.StartBot();
        await BotRig.Until(() => rig.Bot.Problem?.Contains($"{store.Owner} talks for this bot", StringComparison.Ordinal) == true, "it says so");
        data.Turn.End(store.Owner);
        rig.Server.AddPerson("Anna").SendText("hello");
        await BotRig.Until(() => _handled.Contains("hello") && rig.Bot.Problem is null, "it has begun");
    }

    [Fact]
    public async Task Another_program_that_polls_is_said_once_and_waited_out()
    {
        await using var rig = await Start(set: rig => rig.Intake = rig.Intake with { PollTime = TimeSpan.FromSeconds(2) });
        using var other = rig.Client();
        using var stop = new CancellationTokenSource();
        var polling = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await other.GetUpdates(0, TimeSpan.FromSeconds(5), 100, stop.Token);
                }
                catch (Exception error) when (error is BotApiException or OperationCanceledException)
                {
                    // They throw each other out.
                }
            }
        });
        await BotRig.Until(() => rig.Log.Any(line => line.Contains("another process asks Telegram", StringComparison.Ordinal)), "the conflict is said");

        await stop.CancelAsync();
        await polling;
        rig.Server.AddPerson("Anna").SendText("hello");
        await BotRig.Until(() => _handled.Contains("hello") && rig.Bot.Problem is null, "updates come again");
    }

    [Fact]
    public async Task A_webhook_that_was_set_is_taken_away()
    {
        await using var rig = await Start();
        await rig.StopBot();
        using (var api = rig.Client()) await api.SetWebhook(new Webhook("https://localhost:1/none", "secret"), CancellationToken.None);
        await rig.StartBot();

        rig.Server.AddPerson("Anna").SendText("hello");

        await BotRig.Until(() => _handled.Contains("hello"), "updates come");
    }

    [Fact]
    public async Task A_token_that_is_revoked_ends_the_bot()
    {
        var rig = await Start();
        rig.Server.RevokeToken();

        var error = await Assert.ThrowsAsync<BotApiException>(() => rig.Talking.WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal(BotError.BadToken, error.Error);
        Assert.DoesNotContain(rig.Server.Token, error.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<BotApiException>(async () => await rig.DisposeAsync());
    }

    private Task<BotRig> Start(Func<IReadOnlyList<Update>, Task>? handle = null, Action<BotRig>? set = null) => BotRig.Start(rig =>
    {
        rig.HasWorker = false;
        rig.Handle = Recorded(handle ?? (_ => Task.CompletedTask));
        set?.Invoke(rig);
    });

    private TorchUpscaler.Telegram.Intake.UpdateHandler Recorded(Func<IReadOnlyList<Update>, Task> handle) => async (updates, _) =>
    {
        await handle(updates);
        _handled.Enqueue(TextOf(updates[0]));
    };

    private static string TextOf(Update update) => update.Message?.Text ?? "";
}
