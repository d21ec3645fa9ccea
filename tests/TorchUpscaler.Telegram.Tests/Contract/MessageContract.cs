using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>Texts, buttons, edits, and how refusals are told.</summary>
public abstract class MessageContract : BotApiContract
{
    [Fact]
    public async Task The_bot_knows_itself()
    {
        var me = await Api.GetMe(None);
        Assert.Equal((true, Server.Username), (me.IsBot, me.Username));
    }

    [Fact]
    public async Task A_text_arrives_with_its_parts_buttons_and_what_it_answers()
    {
        var anna = Server.AddPerson("Anna");
        var question = anna.SendText("?");
        var text = FormattedText.Bold("Ready 🎉") + ": " + FormattedText.Code("<b>&.png") + " " + FormattedText.Link("here", "https://example.org/");
        var keyboard = new InlineKeyboard([[InlineButton.Press("×2", "s:2"), InlineButton.Press("×4", "s:4")], [InlineButton.Press("More", "p:1")]]);
        var sent = await Api.SendMessage(new TextMessage { Chat = anna.Id, Text = text, Keyboard = keyboard, ReplyTo = question.Id, IsSilent = true }, None);

        Assert.Equal((2, anna.Id, "Ready 🎉: <b>&.png here"), (sent.MessageId, sent.Chat.Id, sent.Text));
        Assert.Equal(["Ready 🎉", "<b>&.png", "here"], sent.Entities!.Select(entity => entity.In(sent.Text)));
        Assert.Equal("#1 Anna: ?\n#2 bot (to #1) (silent): Ready 🎉: <b>&.png here\n   [×2] [×4]\n   [More]\n", anna.Chat.Screen());
    }

    [Fact]
    public async Task An_answer_to_what_is_gone_arrives_as_a_message()
    {
        var anna = Server.AddPerson("Anna");
        await Api.SendMessage(Text(anna.Id, "here") with { ReplyTo = 77 }, None);
        Assert.Equal("#1 bot: here\n", anna.Chat.Screen());
    }

    [Fact]
    public async Task A_message_is_edited_in_place_and_deleted()
    {
        var anna = Server.AddPerson("Anna");
        var sent = await Api.SendMessage(Text(anna.Id, "0 %") with { Keyboard = InlineKeyboard.Row(InlineButton.Press("Cancel", "c")) }, None);
        await Api.EditMessageText(new TextEdit(sent.Ref, "50 %", InlineKeyboard.Row(InlineButton.Press("Stop", "c"))), None);
        Assert.Equal("#1 bot: 50 %\n   [Stop]\n", anna.Chat.Screen());
        await Api.EditMessageReplyMarkup(sent.Ref, null, None);
        Assert.Equal("#1 bot: 50 %\n", anna.Chat.Screen());
        await Api.DeleteMessage(sent.Ref, None);
        Assert.Equal("", anna.Chat.Screen());
    }

    [Fact]
    public async Task What_is_refused_has_a_name()
    {
        var anna = Server.AddPerson("Anna");
        var sent = await Api.SendMessage(Text(anna.Id, "same"), None);
        var ben = Server.AddPerson("Ben");
        ben.BlockBot();
        var group = Server.AddGroup("Holiday", anna);
        group.RemoveBot(anna);

        await Fails(BotError.NotModified, () => Api.EditMessageText(new TextEdit(sent.Ref, "same"), None));
        await Fails(BotError.MessageGone, () => Api.EditMessageText(new TextEdit(new MessageRef(anna.Id, 99), "x"), None));
        await Fails(BotError.MessageGone, () => Api.DeleteMessage(new MessageRef(anna.Id, 99), None));
        await Fails(BotError.ChatNotFound, () => Api.SendMessage(Text(5, "x"), None));
        await Fails(BotError.TooLong, () => Api.SendMessage(Text(anna.Id, new string('x', 4097)), None));
        await Fails(BotError.BadRequest, () => Api.SendMessage(Text(anna.Id, " "), None));
        await Fails(BotError.QueryTooOld, () => Api.AnswerCallbackQuery(new CallbackAnswer("12345"), None));
        await Fails(BotError.NotInGroup, () => Api.SendMessage(Text(group.Id, "x"), None));
        var blocked = await Fails(BotError.Blocked, () => Api.SendMessage(Text(ben.Id, "x"), None));
        Assert.Equal("Forbidden: bot was blocked by the user", blocked.Description);
        Assert.False(blocked.IsTransient || blocked.MayHaveHappened);
    }

    [Fact]
    public async Task A_group_that_became_a_supergroup_says_where_it_is()
    {
        var group = Server.AddGroup("Holiday");
        group.Migrate(-1001234567890);
        var moved = await Fails(BotError.Migrated, () => Api.SendMessage(Text(group.Id, "x"), None));
        Assert.Equal(-1001234567890, moved.MigratedTo);
        await Api.SendMessage(Text(moved.MigratedTo!.Value, "here"), None);
        Assert.Equal("#1 bot: here\n", group.Successor!.Screen());
    }

    [Fact]
    public async Task Too_many_messages_come_back_at_once_with_the_time_to_wait()
    {
        var group = Server.AddGroup("Holiday");
        Server.Limits.Mode = RateLimitMode.Enforce;
        Server.Limits.ChatBurst = 1;
        await Api.SendMessage(Text(group.Id, "first"), None);
        var refused = await Fails(BotError.TooManyRequests, () => Api.SendMessage(Text(group.Id, "second"), None));
        Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
        Assert.True(refused is { IsTransient: true, MayHaveHappened: false });
        Assert.Equal(2, Server.Calls.Count);
    }

    [Fact]
    public async Task A_revoked_token_is_told_as_such()
    {
        Server.RevokeToken();
        var refused = await Fails(BotError.BadToken, () => Api.GetMe(None));
        Assert.Contains("BotFather", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.IsTransient); // what was to be done is done once the operator has put it right
    }

    [Fact]
    public async Task Commands_are_set_for_a_scope_and_a_language()
    {
        BotCommand[] commands = [new("start", "Begin"), new("help", "What I do")];
        await Api.SetMyCommands(commands, CommandScope.Private, null, None);
        await Api.SetMyCommands([new("upscale", "Увеличить")], CommandScope.Groups, "ru", None);
        await Api.SetMyCommands([new("stats", "Figures")], CommandScope.Of(1001), null, None);
        Assert.Equal(["/start - Begin", "/help - What I do"], Server.Commands[("all_private_chats", "")]);
        Assert.Equal(["/upscale - Увеличить"], Server.Commands[("all_group_chats", "ru")]);
        Assert.Equal(["/stats - Figures"], Server.Commands[("chat 1001", "")]);
        await Api.DeleteMyCommands(CommandScope.Of(1001), null, None);
        await Api.DeleteMyCommands(CommandScope.Groups, "ru", None);
        Assert.Equal(("all_private_chats", ""), Assert.Single(Server.Commands.Keys));
    }

    [Fact]
    public async Task What_the_bot_does_is_shown()
    {
        var anna = Server.AddPerson("Anna");
        await Api.SendChatAction(anna.Id, null, ChatAction.UploadDocument, None);
        await Api.SendChatAction(anna.Id, null, ChatAction.UploadPhoto, None);
        Assert.Equal(["upload_document", "upload_photo"], anna.Chat.Actions.Keys.Order());
    }
}
