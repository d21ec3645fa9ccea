using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>How updates come.</summary>
public abstract class UpdateContract : BotApiContract
{
    [Fact]
    public async Task Updates_come_in_order_and_are_gone_once_confirmed()
    {
        var anna = Server.AddPerson("Anna", "ru", "anna_a");
        anna.SendText("/start");
        anna.SendText("second");
        var first = await Api.GetUpdates(0, TimeSpan.Zero, 1, None);
        Assert.Equal(["/start"], first.Select(update => update.Message!.Text));
        Assert.Equal(("ru", "anna_a", "Anna"), (first[0].Message!.From!.LanguageCode, first[0].Message!.From!.Username, first[0].Message!.From!.FirstName));
        Assert.Equal("/start", first[0].Message!.Entities![0].In("/start"));

        var second = await Api.GetUpdates(first[0].Id + 1, TimeSpan.Zero, 100, None);
        Assert.Equal(["second"], second.Select(update => update.Message!.Text));
        Assert.Empty(await Api.GetUpdates(second[0].Id + 1, TimeSpan.Zero, 100, None));
        Assert.Equal(0, Server.WaitingUpdates);
    }

    [Fact]
    public async Task A_poll_waits_for_what_comes()
    {
        var anna = Server.AddPerson("Anna");
        var poll = Api.GetUpdates(0, TimeSpan.FromSeconds(30), 100, None);
        Assert.False(poll.IsCompleted);
        anna.SendText("hello");
        Assert.Equal(["hello"], (await poll).Select(update => update.Message!.Text));
    }

    [Fact]
    public async Task A_poll_that_is_cancelled_ends_at_once()
    {
        using var stop = new CancellationTokenSource();
        var poll = Api.GetUpdates(0, TimeSpan.FromSeconds(30), 100, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Of_two_pollers_the_first_is_sent_away_and_told_why()
    {
        using var other = Create(Options());
        var first = Api.GetUpdates(0, TimeSpan.FromSeconds(30), 100, None);
        await Server.WhenPolled();
        using var stop = new CancellationTokenSource();
        var second = other.GetUpdates(0, TimeSpan.FromSeconds(30), 100, stop.Token);
        var conflict = await Fails(BotError.Conflict, () => first);
        Assert.Contains("another process", conflict.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task Pictures_come_with_what_Telegram_knows_of_them()
    {
        var anna = Server.AddPerson("Anna");
        anna.SendPhoto(TestPictures.Png(1000, 500), "please");
        anna.SendDocument(TestPictures.Png(30, 20), "cat.png");
        anna.SendSticker(TestPictures.Png(512, 512));
        var messages = (await Api.GetUpdates(0, TimeSpan.Zero, 100, None)).Select(update => update.Message!).ToList();

        Assert.Equal([(90, 45), (320, 160), (800, 400), (1000, 500)], messages[0].Photo!.Select(size => (size.Width, size.Height)));
        Assert.Equal(("please", 1000), (messages[0].Caption, messages[0].LargestPhoto!.Width));
        Assert.Equal(("cat.png", "image/png", TestPictures.Png(30, 20).Length), (messages[1].Document!.FileName, messages[1].Document!.MimeType, messages[1].Document!.FileSize));
        Assert.Equal((512, false, false), (messages[2].Sticker!.Width, messages[2].Sticker!.IsAnimated, messages[2].Sticker!.IsVideo));
    }

    [Fact]
    public async Task An_album_is_several_updates_of_which_one_has_the_caption()
    {
        var anna = Server.AddPerson("Anna");
        anna.SendAlbum([TestPictures.Png(40, 30), TestPictures.Png(50, 30), TestPictures.Png(60, 30)], "three");
        var messages = (await Api.GetUpdates(0, TimeSpan.Zero, 100, None)).Select(update => update.Message!).ToList();
        Assert.Equal(["three", null, null], messages.Select(message => message.Caption));
        Assert.NotNull(Assert.Single(messages.Select(message => message.MediaGroupId).Distinct()));
    }

    [Fact]
    public async Task A_pressed_button_comes_and_is_answered()
    {
        var anna = Server.AddPerson("Anna");
        await Api.SendMessage(Text(anna.Id, "?") with { Keyboard = InlineKeyboard.Row(InlineButton.Press("Yes", "answer:yes")) }, None);
        var press = anna.PressButton(anna.Chat.FromBot[0], "Yes");
        var query = Assert.Single(await Api.GetUpdates(0, TimeSpan.Zero, 100, None)).CallbackQuery!;
        Assert.Equal(("answer:yes", anna.Id, 1), (query.Data, query.From.Id, query.Message!.MessageId));
        await Api.AnswerCallbackQuery(new CallbackAnswer(query.Id, "noted", IsAlert: true), None);
        Assert.Equal(new BotServer.World.PressAnswer("noted", true), await press.Answer);
    }

    [Fact]
    public async Task Being_blocked_and_put_out_is_told()
    {
        var anna = Server.AddPerson("Anna");
        anna.BlockBot();
        anna.UnblockBot();
        var updates = await Api.GetUpdates(0, TimeSpan.Zero, 100, None);
        Assert.Equal([(anna.Id, false), (anna.Id, true)], updates.Select(update => (update.MyChatMember!.Chat.Id, update.MyChatMember!.NewChatMember.IsMember)));
    }

    [Fact]
    public async Task In_a_group_the_bot_hears_commands_mentions_and_answers_to_itself()
    {
        var anna = Server.AddPerson("Anna");
        var group = Server.AddGroup("Holiday", anna);
        var photo = group.SendPhoto(anna, TestPictures.Png(40, 30));
        group.SendText(anna, "nice weather");
        group.SendText(anna, "/upscale", photo);
        group.SendText(anna, $"hey @{Server.Username} look");
        var sent = await Api.SendMessage(Text(group.Id, "yes?"), None);
        group.SendText(anna, "no", group.Messages.Single(message => message.Id == sent.MessageId));

        var messages = (await Api.GetUpdates(0, TimeSpan.Zero, 100, None)).Select(update => update.Message!).ToList();
        Assert.Equal(["/upscale", $"hey @{Server.Username} look", "no"], messages.Select(message => message.Text));
        Assert.True(messages.All(message => message.Chat.IsGroup && !message.Chat.IsPrivate && message.Chat.Id < 0));
        Assert.Equal(40, messages[0].ReplyToMessage!.LargestPhoto!.Width);
    }

    [Fact]
    public async Task While_a_webhook_is_set_polls_are_refused_and_its_address_gets_the_updates()
    {
        await using var hook = await Hook.Start();
        await Api.SetWebhook(new Webhook(hook.Address.AbsoluteUri, "Secret_1-2"), None);
        await Fails(BotError.WebhookIsSet, () => Api.GetUpdates(0, TimeSpan.Zero, 100, None));
        hook.RefuseNext(2);
        var anna = Server.AddPerson("Anna");
        anna.SendText("one");
        anna.SendText("two");
        await hook.WaitFor(2);
        Assert.Equal(["one", "two"], hook.Taken.Select(body => UpdateReader.Read(body)!.Message!.Text));
        Assert.Equal(["Secret_1-2"], hook.Secrets.Distinct());
        Assert.Equal(2, Server.RefusedPosts);

        await Api.DeleteWebhook(None);
        anna.SendText("three");
        Assert.Equal("three", (await Api.GetUpdates(0, TimeSpan.Zero, 100, None))[^1].Message!.Text);
    }
}
