using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Data;

/// <content>Updates: kept once, in order, a chat's next ones.</content>
public abstract partial class BotDataContract
{
    [Fact]
    public void An_update_is_kept_once_and_in_the_order_of_its_number()
    {
        Assert.Equal(3, Data.Updates.Add([Message(12, chat: 7), Message(10, chat: 7), Message(11, chat: 8, album: "77")]));
        Assert.Equal(0, Data.Updates.Add([Message(10, chat: 7)]));

        var updates = Data.Updates.Read(0, 10);

        Assert.Equal([(10, 7, null), (11, 8, "77"), (12, 7, null)], updates.Select(update => ((int)update.Id, (int)update.Chat, update.Album)));
        Assert.Equal(3, Data.Updates.Waiting);
        Assert.Equal(12, UpdateReader.Read(Data.Updates.Read(updates[1].Number, 10).Single().Json)!.Id);
    }

    [Fact]
    public void Attempts_are_counted_and_what_is_done_comes_no_more_and_says_no_more()
    {
        Data.Updates.Add([Message(1, 7), Message(2, 7), Message(3, 7)]);
        var numbers = Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
        Data.Updates.Begin(numbers);
        Data.Updates.Begin(numbers[..1]);
        Data.Updates.Return(numbers[1..2]);
        Assert.Equal([2, 0, 1], Data.Updates.Read(0, 10).Select(update => update.Attempts));

        Data.Updates.Done(numbers[..1]);
        Data.Updates.Fail(numbers[1..2]);

        Assert.Equal(3, Assert.Single(Data.Updates.Read(0, 10)).Id);
        Assert.Equal(0, Data.Updates.Add([Message(1, 7), Message(2, 7)])); // still known
        _clock.Move(TimeSpan.FromDays(3));
        Assert.Equal(2, Data.Prune());
        Assert.Equal(1, Data.Updates.Waiting);
    }

    [Fact]
    public void A_NUL_in_an_update_is_no_matter()
    {
        Data.Updates.Add([UpdateReader.Read("{\"update_id\":5,\"message\":{\"message_id\":1,\"date\":0,\"chat\":{\"id\":7,\"type\":\"private\"},\"text\":\"a\0b\"}}")!]);
        Assert.Equal("a?b", UpdateReader.Read(Assert.Single(Data.Updates.Read(0, 10)).Json)!.Message!.Text);
    }

    [Fact]
    public void The_next_updates_of_one_chat_are_found()
    {
        Data.Updates.Add([.. Enumerable.Range(1, 9).Select(id => Message(id, chat: id % 2))]);
        var numbers = Data.Updates.Read(0, 10).Select(update => update.Number).ToList();
        Assert.Equal([3, 5], Data.Updates.Read(1, numbers[0], numbers[^1], 2).Select(update => update.Id));
        Assert.Equal([3, 5, 7], Data.Updates.Read(1, numbers[0], numbers[7], 10).Select(update => update.Id));
    }

    private static Update Message(long id, long chat, string? album = null)
    {
        var group = album is null ? "" : $""", "media_group_id": "{album}" """;
        return UpdateReader.Read($$"""{ "update_id": {{id}}, "message": { "message_id": {{id}}, "date": 0, "chat": { "id": {{chat}}, "type": "private" }{{group}} } }""")!;
    }
}
