using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>Edits of one message while they wait.</summary>
public class EditTests
{
    private static InlineKeyboard Button(string text) => InlineKeyboard.Row(InlineButton.Press(text, "x"));

    [Fact]
    public async Task Only_the_newest_text_is_sent_and_the_others_are_told()
    {
        await using var simulation = new Simulation();
        var first = simulation.Edit(1, 7, "10 %");
        Task<bool>[] waiting = [simulation.Edit(1, 7, "20 %"), simulation.Edit(1, 7, "30 %"), simulation.Edit(1, 7, "40 %")];
        simulation.PassUntil([first, .. waiting], 10);
        Assert.Equal(["#7: 10 %", "#7: 40 %"], simulation.Sent);
        Assert.True(await first);
        Assert.Equal((bool[])[false, false, true], await Task.WhenAll(waiting));
    }

    [Fact]
    public async Task The_final_text_takes_the_place_of_progress_with_its_own_urgency()
    {
        await using var simulation = new Simulation();
        var busy = simulation.Text(1, "busy");
        Task[] tasks = [busy, simulation.Edit(1, 7, "90 %"), simulation.Text(1, "next"), simulation.Edit(1, 7, "done", SendPriority.Result)];
        simulation.PassUntil(tasks, 10);
        Assert.Equal(["busy", "#7: done", "next"], simulation.Sent);
    }

    [Fact]
    public async Task New_buttons_go_with_the_text_that_waits()
    {
        await using var simulation = new Simulation();
        var busy = simulation.Text(1, "busy");
        var text = simulation.Edit(1, 7, "50 %");
        var buttons = simulation.Scheduler.EditMessageReplyMarkup(new MessageRef(1, 7), Button("Stop"), SendPriority.Urgent, default);
        simulation.PassUntil([busy, text, buttons], 10);
        Assert.Equal(["busy", "#7: 50 % [Stop]"], simulation.Sent);
        Assert.True(await text && await buttons);
    }

    [Fact]
    public async Task A_new_text_takes_the_place_of_buttons_that_wait()
    {
        await using var simulation = new Simulation();
        var busy = simulation.Text(1, "busy");
        var buttons = simulation.Scheduler.EditMessageReplyMarkup(new MessageRef(1, 7), Button("Stop"), SendPriority.Progress, default);
        var text = simulation.Edit(1, 7, "done");
        simulation.PassUntil([busy, text, buttons], 10);
        Assert.Equal(["busy", "#7: done"], simulation.Sent);
        Assert.Equal((false, true), (await buttons, await text));
    }

    [Fact]
    public async Task Edits_of_a_message_that_is_being_deleted_are_dropped_before_and_after()
    {
        await using var simulation = new Simulation();
        var busy = simulation.Text(1, "busy");
        var before = simulation.Edit(1, 7, "50 %");
        var deletion = simulation.Scheduler.DeleteMessage(new MessageRef(1, 7), SendPriority.Result, default);
        var after = simulation.Edit(1, 7, "60 %");
        var other = simulation.Edit(1, 8, "other");
        simulation.PassUntil([busy, before, deletion, after, other], 10);
        Assert.Equal(["busy", "delete #7", "#8: other"], simulation.Sent);
        Assert.Equal((false, false, true), (await before, await after, await other));
    }

    [Fact]
    public async Task An_edit_that_was_refused_gives_way_to_a_newer_one()
    {
        await using var simulation = new Simulation();
        simulation.Failure = call => call.Number == 0 ? Simulation.TooMany(2) : null;
        var old = simulation.Edit(1, 7, "10 %");
        var newer = simulation.Edit(1, 7, "20 %");
        simulation.PassUntil([old, newer], 10);
        Assert.Equal(["#7: 10 %", "#7: 20 %"], simulation.Sent);
        Assert.Equal((false, true), (await old, await newer));
    }

    [Fact]
    public async Task A_text_that_is_there_already_is_as_good_as_new()
    {
        await using var simulation = new Simulation();
        simulation.Failure = _ => new BotApiException(BotError.NotModified, "not modified");
        var edit = simulation.Edit(1, 7, "same");
        simulation.PassUntil([edit], 10);
        Assert.True(await edit);
    }

    [Fact]
    public async Task Edits_take_no_more_room_the_more_there_are()
    {
        await using var simulation = new Simulation(new SendLimits { QueuePerChat = 3 });
        var busy = simulation.Text(1, "busy");
        for (var i = 0; i < 1000; i++) _ = simulation.Edit(1, 7, $"{i}");
        Assert.Equal(1, simulation.Scheduler.Waiting);
        simulation.PassUntil([busy], 10);
    }
}
