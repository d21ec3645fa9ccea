using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>Refusals, bounds, cancelling and the end.</summary>
public class HoldTests
{
    [Fact]
    public async Task A_refused_call_goes_again_after_its_time_and_before_what_came_later_and_others_go_on()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.Number == 0 ? Simulation.TooMany(5) : null;
        Task[] tasks = [simulation.Text(1, "one"), simulation.Text(1, "two"), simulation.Text(2, "other")];
        simulation.PassUntil(tasks, 30);
        Assert.Equal(["one", "other", "one", "two"], simulation.Sent);
        Assert.InRange(simulation.Calls[2].StartedAt, 5.1, 5.6);
        Assert.True(simulation.Calls[1].StartedAt < 1);
    }

    [Fact]
    public async Task Refusals_in_three_chats_mean_everyone()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.Number < 3 ? Simulation.TooMany(5) : null;
        List<Task> tasks = [simulation.Text(1, "one"), simulation.Text(2, "two"), simulation.Text(3, "three")];
        simulation.Pass(1);
        tasks.Add(simulation.Text(4, "four"));
        tasks.Add(simulation.Scheduler.AnswerCallbackQuery(new CallbackAnswer("7"), default));
        simulation.Pass(3);
        Assert.Equal(3, simulation.Calls.Count);
        simulation.PassUntil(tasks, 30);
        Assert.All(simulation.Calls.Skip(3), call => Assert.True(call.StartedAt > 5, $"{call.What} at {call.StartedAt}"));
    }

    [Fact]
    public async Task Where_Telegram_wants_a_long_pause_calls_fail_with_it_instead_of_waiting()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.Number == 0 ? Simulation.TooMany(3600) : null;
        Task[] tasks = [simulation.Text(1, "one"), simulation.Text(1, "two")];
        simulation.PassUntil(tasks, 5);
        foreach (var task in (Task[])[.. tasks, simulation.Text(1, "three")])
        {
            var error = await Assert.ThrowsAsync<BotApiException>(() => task);
            Assert.Equal((BotError.TooManyRequests, true), (error.Error, error.RetryAfter > TimeSpan.FromMinutes(5)));
        }
        var other = simulation.Text(2, "other");
        simulation.PassUntil([other], 5);
        Assert.Equal(["one", "other"], simulation.Sent);
    }

    [Fact]
    public async Task Other_errors_are_the_callers_and_hold_up_nobody()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.What == "one" ? new BotApiException(BotError.Blocked, "blocked") : null;
        Task[] tasks = [simulation.Text(1, "one"), simulation.Text(1, "two")];
        simulation.PassUntil(tasks, 5);
        Assert.Equal(BotError.Blocked, (await Assert.ThrowsAsync<BotApiException>(() => tasks[0])).Error);
        await tasks[1];
    }

    [Fact]
    public async Task What_waits_is_bounded_in_a_chat_and_in_all()
    {
        await using var simulation = new Simulation(new SendLimits { QueuePerChat = 3, QueueInAll = 5 });
        var one = Enumerable.Range(0, 5).Select(i => simulation.Text(1, $"{i}")).ToList();
        Assert.Equal(BotError.QueueFull, (await Assert.ThrowsAsync<BotApiException>(() => one[4])).Error);
        var two = Enumerable.Range(0, 4).Select(i => simulation.Text(2, $"{i}")).ToList();
        Assert.Equal(BotError.QueueFull, (await Assert.ThrowsAsync<BotApiException>(() => two[3])).Error);
        simulation.PassUntil([.. one, .. two], 60);
        Assert.Equal(7, simulation.Calls.Count);
    }

    [Fact]
    public async Task What_is_cancelled_while_it_waits_is_not_sent_and_under_way_it_is_stopped()
    {
        await using var simulation = new Simulation();
        using var stop = new CancellationTokenSource();
        var under = simulation.Text(1, "under way", cancellation: stop.Token);
        var waiting = simulation.Text(1, "waiting", cancellation: stop.Token);
        var kept = simulation.Text(1, "kept");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => under);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => simulation.Text(1, "late", cancellation: stop.Token));
        simulation.PassUntil([kept], 10);
        Assert.Equal(["under way", "kept"], simulation.Sent);
    }

    [Fact]
    public async Task A_sign_of_activity_is_shown_at_once_or_not_at_all()
    {
        await using var simulation = new Simulation();
        Assert.True(Done(simulation, simulation.Scheduler.SendChatAction(1, null, ChatAction.UploadPhoto, default)));
        List<Task> tasks = [simulation.Text(1, "one"), simulation.Text(1, "two")];
        Assert.False(await simulation.Scheduler.SendChatAction(1, null, ChatAction.UploadPhoto, default));
        simulation.PassUntil(tasks, 10);
        Assert.Equal(["UploadPhoto", "one", "two"], simulation.Sent);

        static bool Done(Simulation simulation, Task<bool> task)
        {
            simulation.PassUntil([task], 1);
            return task.Result;
        }
    }

    [Fact]
    public async Task A_refused_sign_of_activity_is_left_out_and_holds_its_chat_alone()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.Number == 0 ? Simulation.TooMany(5) : null;
        var sign = simulation.Scheduler.SendChatAction(1, null, ChatAction.UploadPhoto, default);
        simulation.Pass(1);
        Assert.False(await sign);
        Task[] tasks = [simulation.Text(1, "held"), simulation.Text(2, "other")];
        simulation.PassUntil(tasks, 30);
        Assert.Equal(["UploadPhoto", "other", "held"], simulation.Sent);
        Assert.True(simulation.Calls[2].StartedAt > 5);
    }

    [Fact]
    public async Task Stopping_sends_what_waits_and_takes_nothing_more()
    {
        await using var simulation = new Simulation();
        Task[] tasks = [.. Enumerable.Range(0, 5).Select(i => simulation.Text(1, $"{i}"))];
        var stopping = simulation.Scheduler.Stop(default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => simulation.Text(1, "late"));
        Assert.False(stopping.IsCompleted);
        simulation.PassUntil(tasks, 30);
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(5, simulation.Calls.Count);
    }

    [Fact]
    public async Task Stopping_at_once_cancels_what_waits_and_what_is_under_way()
    {
        await using var simulation = new Simulation();
        simulation.Seconds = _ => 1000;
        Task[] tasks = [simulation.File(1, "a.png"), simulation.Text(1, "one"), simulation.Text(1, "two")];
        using var now = new CancellationTokenSource();
        var stopping = simulation.Scheduler.Stop(now.Token);
        await now.CancelAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        foreach (var task in tasks) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
    }
}
