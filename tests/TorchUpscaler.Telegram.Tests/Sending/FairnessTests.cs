using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>Who goes first.</summary>
public class FairnessTests
{
    private static readonly SendLimits s_slow = new() { All = new SendRate(1, TimeSpan.FromSeconds(1)), Chat = new SendRate(100, TimeSpan.FromSeconds(1)) };

    [Fact]
    public async Task The_urgent_goes_before_results_progress_and_broadcasts()
    {
        await using var simulation = new Simulation(s_slow);
        Task[] tasks =
        [
            simulation.Text(9, "first of all"),
            simulation.Text(1, "news", SendPriority.Broadcast),
            simulation.Edit(2, 1, "50 %"),
            simulation.Text(3, "result"),
            simulation.Text(4, "accepted", SendPriority.Urgent),
            simulation.Scheduler.AnswerCallbackQuery(new CallbackAnswer("7"), default),
        ];
        simulation.PassUntil(tasks, 60);
        Assert.Equal(["first of all", "accepted", "answer 7", "result", "#1: 50 %", "news"], simulation.Sent);
    }

    [Fact]
    public async Task Chats_of_equal_right_take_turns()
    {
        await using var simulation = new Simulation(s_slow);
        var tasks = new List<Task>();
        for (var i = 1; i <= 4; i++) tasks.Add(simulation.Text(1, $"a{i}"));
        for (var i = 1; i <= 2; i++) tasks.Add(simulation.Text(2, $"b{i}"));
        tasks.Add(simulation.Text(3, "c1"));
        simulation.PassUntil(tasks, 60);
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3", "a4"], simulation.Sent);
    }

    [Fact]
    public async Task In_its_chat_a_result_passes_progress_that_waits_and_texts_keep_their_order()
    {
        await using var simulation = new Simulation();
        Task[] tasks =
        [
            simulation.Edit(1, 1, "10 %"),
            simulation.Edit(1, 2, "20 %"),
            simulation.Edit(1, 3, "30 %"),
            simulation.Text(1, "one", SendPriority.Result),
            simulation.Text(1, "two", SendPriority.Urgent),
        ];
        simulation.PassUntil(tasks, 60);
        Assert.Equal(["#1: 10 %", "one", "two", "#2: 20 %", "#3: 30 %"], simulation.Sent);
    }

    [Fact]
    public async Task Progress_leaves_room_for_what_people_wait_for()
    {
        await using var simulation = new Simulation();
        var number = 0;
        // Ten status messages of a group change all the time; once in a while something is accepted.
        simulation.Pass(110, () =>
        {
            for (var message = 1; message <= 10; message++) _ = simulation.Edit(-1, message, $"{number++}");
        });
        var asked = simulation.Now;
        var accepted = simulation.Text(-1, "accepted", SendPriority.Urgent);
        simulation.PassUntil([accepted], 60);
        Assert.InRange(simulation.Now - asked, 0, 5);
        Assert.True(simulation.Calls.Count > 20, "progress is told all the same");
    }

    [Fact]
    public async Task A_long_upload_holds_up_no_text_of_its_chat_and_uploads_go_one_by_one()
    {
        await using var simulation = new Simulation();
        simulation.Seconds = call => call.IsFile ? 60 : 0.1;
        Task[] tasks = [simulation.Album(1, 10), simulation.File(1, "b.png"), simulation.Text(1, "accepted", SendPriority.Urgent)];
        simulation.Pass(1);
        Assert.Equal(["album of 10", "accepted"], simulation.Sent);
        simulation.PassUntil(tasks, 140);
        Assert.Equal("b.png", simulation.Calls[2].What);
        Assert.True(simulation.Calls[2].StartedAt >= simulation.Calls[0].EndedAt);
    }

    [Fact]
    public async Task However_many_files_are_under_way_texts_go()
    {
        await using var simulation = new Simulation();
        simulation.Seconds = call => call.IsFile ? 60 : 0.1;
        var files = Enumerable.Range(1, 100).Select(chat => (Task)simulation.File(chat, $"{chat}.png")).ToList();
        simulation.Pass(10);
        Assert.InRange(simulation.Calls.Count, 10, 20);
        var asked = simulation.Now;
        simulation.PassUntil([.. Enumerable.Range(1000, 20).Select(chat => simulation.Text(chat, "accepted", SendPriority.Urgent))], 10);
        Assert.InRange(simulation.Now - asked, 0, 3);
        simulation.PassUntil(files, 1000);
    }

    [Fact]
    public async Task An_album_is_not_passed_for_ever_by_single_files()
    {
        await using var simulation = new Simulation();
        simulation.Seconds = call => call.IsFile ? 20 : 0.1;
        for (var chat = 1; chat <= 30; chat++) _ = simulation.File(chat, "small.png", SendPriority.Urgent);
        var album = simulation.Album(-1, 10);
        // More small ones come than can go, and all are more urgent.
        for (var chat = 100; chat < 400 && !album.IsCompleted; chat++)
        {
            _ = simulation.File(chat, "small.png", SendPriority.Urgent);
            simulation.Pass(1);
        }
        Assert.True(album.IsCompleted, "the album was not sent within five minutes");
    }

    [Fact]
    public async Task Nobody_waits_behind_a_broadcast_and_it_arrives_all_the_same()
    {
        await using var simulation = new Simulation();
        var news = Enumerable.Range(1, 1200).Select(chat => (Task)simulation.Text(chat, "news", SendPriority.Broadcast)).ToList();
        simulation.Pass(20);
        Assert.Contains(news, task => !task.IsCompleted);
        var asked = simulation.Now;
        simulation.PassUntil([simulation.Text(5000, "accepted", SendPriority.Urgent)], 10);
        Assert.InRange(simulation.Now - asked, 0, 1.01);
        simulation.PassUntil(news, 300);
    }

    [Fact]
    public async Task What_is_little_urgent_gets_its_tenth_under_a_flood_of_the_urgent()
    {
        await using var simulation = new Simulation();
        var news = Enumerable.Range(1, 100).Select(chat => (Task)simulation.Text(chat, "news", SendPriority.Broadcast)).ToList();
        var chat = 1000;
        simulation.Pass(60, () => _ = simulation.Text(chat++, "accepted", SendPriority.Urgent)); // a hundred a second
        Assert.InRange(simulation.Calls.Count(call => call.What == "news"), 90, 100);
        Assert.True(simulation.Scheduler.Waiting > 3000);
    }

    [Fact]
    public async Task An_album_is_not_kept_waiting_by_smaller_things_for_ever()
    {
        await using var simulation = new Simulation();
        var number = 0;
        simulation.Pass(70, () => _ = simulation.Edit(-1, 1 + number % 5, $"{number++}"));
        var album = simulation.Album(-1, 10);
        var asked = simulation.Now;
        while (!album.IsCompleted && simulation.Now < asked + 120) simulation.Pass(0.1, () => _ = simulation.Edit(-1, 1 + number % 5, $"{number++}"));
        Assert.True(album.IsCompleted, "the album was not sent within two minutes");
    }
}
