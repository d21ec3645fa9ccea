using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Tests.Sending;

/// <summary>Scheduler, client and server together, in real time.</summary>
public class WholeWayTests
{
    [Fact]
    public async Task A_server_that_counts_finds_nothing_too_much_and_everybody_gets_all_of_theirs_in_order()
    {
        await using var server = await BotApiServer.Start();
        server.Faults.Delay = TimeSpan.FromMilliseconds(20);
        using var api = new BotClient(new BotApiOptions { Token = server.Token, ApiBaseUrl = server.Address });
        await using var scheduler = new SendScheduler(api);
        var people = Enumerable.Range(0, 20).Select(i => server.AddPerson($"P{i}")).ToList();
        var group = server.AddGroup("Holiday");

        var sends = new List<Task>();
        for (var i = 0; i < 4; i++)
        {
            foreach (var person in people) sends.Add(scheduler.SendMessage(new TextMessage { Chat = person.Id, Text = $"{i}" }, SendPriority.Result, default));
            sends.Add(scheduler.SendMessage(new TextMessage { Chat = group.Id, Text = $"{i}" }, SendPriority.Result, default));
        }
        await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Empty(server.Limits.Violations);
        Assert.All(people, person => Assert.Equal(["0", "1", "2", "3"], person.Chat.FromBot.Select(message => message.Text)));
        Assert.Equal(["0", "1", "2", "3"], group.FromBot.Select(message => message.Text));
    }

    [Fact]
    public async Task A_server_that_refuses_is_obeyed_until_all_has_arrived()
    {
        await using var server = await BotApiServer.Start();
        (server.Limits.Mode, server.Limits.ChatBurst) = (RateLimitMode.Enforce, 1);
        using var api = new BotClient(new BotApiOptions { Token = server.Token, ApiBaseUrl = server.Address });
        await using var scheduler = new SendScheduler(api);
        var anna = server.AddPerson("Anna");
        Task[] sends = [.. Enumerable.Range(0, 3).Select(i => scheduler.SendMessage(new TextMessage { Chat = anna.Id, Text = $"{i}" }, SendPriority.Result, default))];
        await Task.WhenAll(sends).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("#1 bot: 0\n#2 bot: 1\n#3 bot: 2\n", anna.Chat.Screen());
        Assert.Contains(server.Calls, call => call.Status == 429);
    }
}
