using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>What is tried again, and what never.</summary>
public abstract class FaultContract : BotApiContract
{
    [Theory]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.CutRequest)]
    [InlineData(Fault.LostAnswer)]
    [InlineData(Fault.CutAnswer)]
    public async Task What_does_no_harm_twice_is_tried_again(Fault fault)
    {
        Server.Faults.Next(fault, "getMe", 2);
        Assert.True((await Api.GetMe(None)).IsBot);
        Assert.Equal(2, Server.Faults.Count(fault));
    }

    [Fact]
    public async Task There_is_an_end_to_trying_again()
    {
        Server.Faults.Next(Fault.ServerError, "getMe", 10);
        var failure = await Fails(BotError.Unavailable, () => Api.GetMe(None));
        Assert.True(failure.IsTransient);
        Assert.Equal(4, Server.Faults.Count(Fault.ServerError));
    }

    [Theory]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.LostAnswer)]
    [InlineData(Fault.CutAnswer)]
    public async Task A_message_is_never_sent_twice_by_itself_and_the_doubt_is_told(Fault fault)
    {
        var anna = Server.AddPerson("Anna");
        Server.Faults.Next(fault, "sendMessage");
        var failure = await Fails(BotError.Unavailable, () => Api.SendMessage(Text(anna.Id, "once"), None));
        Assert.True(failure is { IsTransient: true, MayHaveHappened: true });
        Assert.Equal(fault is Fault.LostAnswer or Fault.CutAnswer ? 1 : 0, anna.Chat.Messages.Count);
        Assert.Single(Server.Calls);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_is_told_and_another_goes_through()
    {
        var anna = Server.AddPerson("Anna");
        Server.Faults.Next(Fault.CutRequest, "sendDocument");
        var message = FileOf(anna.Id, new byte[3 << 20]);
        Assert.True((await Fails(BotError.Unavailable, () => Api.SendDocument(message, None))).IsTransient);
        Assert.Empty(anna.Chat.Messages);
        Assert.Equal(3 << 20, (await Api.SendDocument(message, None)).Document!.FileSize);
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_can_have_happened()
    {
        await Server.DisposeAsync();
        var failure = await Fails(BotError.Unavailable, () => Api.SendMessage(Text(1, "x"), None));
        Assert.True(failure is { IsTransient: true, MayHaveHappened: false });
    }

    [Fact]
    public async Task An_edit_or_a_deletion_whose_answer_was_lost_is_done()
    {
        var anna = Server.AddPerson("Anna");
        var sent = await Api.SendMessage(Text(anna.Id, "0 %"), None);
        Server.Faults.Next(Fault.LostAnswer, "editMessageText");
        await Api.EditMessageText(new TextEdit(sent.Ref, "50 %"), None);
        Assert.Equal("#1 bot: 50 %\n", anna.Chat.Screen());
        Server.Faults.Next(Fault.LostAnswer, "deleteMessage");
        await Api.DeleteMessage(sent.Ref, None);
        Assert.Equal("", anna.Chat.Screen());
    }

    [Fact]
    public async Task A_download_that_breaks_off_begins_again()
    {
        var anna = Server.AddPerson("Anna");
        var bytes = new byte[200_000];
        new Random(5).NextBytes(bytes);
        var file = await Api.GetFile(anna.SendDocument(bytes, "cat.png").Document!.Id, None);
        Server.Faults.Next(Fault.CutAnswer, "download", 2);
        using var copy = new MemoryStream();
        copy.Write("kept"u8);
        Assert.Equal(bytes.Length, await Api.Download(file, copy, 1 << 20, None));
        Assert.Equal([.. "kept"u8, .. bytes], copy.ToArray());
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        using var api = Create(Options() with { AnswerTimeout = TimeSpan.FromMilliseconds(100), Retries = 0 });
        Server.Faults.Delay = TimeSpan.FromSeconds(30);
        var failure = await Fails(BotError.Unavailable, () => api.GetMe(None));
        Assert.Contains("in time", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_stands_still_is_given_up()
    {
        using var api = Create(Options() with { StallTimeout = TimeSpan.FromMilliseconds(200), Retries = 0 });
        var file = await api.GetFile(Server.AddPerson("Anna").SendDocument(new byte[100_000], "cat.png").Document!.Id, None);
        Server.Faults.DownloadBytesPerSecond = 1;
        using var copy = new MemoryStream();
        await Fails(BotError.Unavailable, () => api.Download(file, copy, 1 << 20, None));
    }
}
