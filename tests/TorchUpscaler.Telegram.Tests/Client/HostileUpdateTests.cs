using System.Text;
using System.Text.Json;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Client;

/// <summary>Updates that are not what the Bot API describes: they hide nothing, and nothing hides them.</summary>
public class HostileUpdateTests
{
    private const string Good = """{"update_id":1,"message":{"message_id":5,"date":1,"chat":{"id":9,"type":"private"},"from":{"id":9,"is_bot":false,"first_name":"A"},"text":"hi"}}""";
    private const string Head = """{"message_id":5,"date":1,"chat":{"id":9,"type":"private"}""";

    public static TheoryData<string, string> Unreadable => new()
    {
        { "nothing in it", """{"update_id":2,"message":{}}""" },
        { "a list", """{"update_id":2,"message":[1,2]}""" },
        { "a number", """{"update_id":2,"message":7}""" },
        { "an id of letters", """{"update_id":2,"message":{"message_id":"x","date":1,"chat":{"id":9}}}""" },
        { "an id that is too large", """{"update_id":2,"message":{"message_id":99999999999999999999,"date":1,"chat":{"id":9}}}""" },
        { "no chat", """{"update_id":2,"message":{"message_id":5,"text":"x"}}""" },
        { "no JSON", """{"update_id":2,"message":nonsense}""" },
        { "a control character", "{\"update_id\":2,\"message\":" + Head + ",\"text\":\"a\u0001b\"}}" },
        { "brackets without end", "{\"update_id\":2,\"message\":" + new string('[', 100_000) + new string(']', 100_000) + "}" },
        { "deep objects", "{\"update_id\":2,\"message\":" + string.Concat(Enumerable.Repeat("{\"reply_to_message\":", 5000)) + "1" + new string('}', 5000) + "}" },
        { "a callback without a sender", """{"update_id":2,"callback_query":{"id":"1","data":"x"}}""" },
        { "a callback with a number as its id", """{"update_id":2,"callback_query":{"id":1,"from":{"id":9}}}""" },
        { "a member without a status", """{"update_id":2,"my_chat_member":{"chat":{"id":9},"from":{"id":9},"new_chat_member":{}}}""" },
    };

    [Theory, MemberData(nameof(Unreadable))]
    public void What_cannot_be_read_keeps_its_id_and_hides_no_other(string what, string json)
    {
        var (updates, _) = UpdateReader.ReadMany(Encoding.UTF8.GetBytes($"[{Good},{json},{Good}]"));
        Assert.True(updates.Count == 3, what);
        Assert.Equal("hi", updates[2].Message!.Text);
        Assert.Equal(2, updates[1].Id);
        Assert.NotNull(updates[1].Defect);
        Assert.Null(updates[1].Message ?? (object?)updates[1].CallbackQuery ?? updates[1].MyChatMember);
        Assert.Equal(json, updates[1].Json);
        Assert.Equal(updates[1], UpdateReader.Read(updates[1].Json));
    }

    [Theory]
    [InlineData(",\"text\":7")]
    [InlineData(",\"text\":{\"a\":[1]}")]
    [InlineData(",\"text\":\"\\ud800\"")]
    [InlineData(",\"from\":[]")]
    [InlineData(",\"from\":{\"first_name\":\"no id\"}")]
    [InlineData(",\"date\":null,\"media_group_id\":5,\"message_thread_id\":\"x\"")]
    [InlineData(",\"document\":{\"file_name\":\"no id\"}")]
    [InlineData(",\"document\":\"text\",\"sticker\":7,\"photo\":{},\"animation\":[],\"video\":false")]
    [InlineData(",\"entities\":\"none\",\"caption_entities\":{\"type\":\"bold\"}")]
    [InlineData(",\"reply_to_message\":{\"text\":\"no id\"}")]
    [InlineData(",\"unknown\":{\"deep\":[{\"er\":null}]}")]
    public void A_part_that_can_be_done_without_is_left_out_and_the_rest_is_read(string part)
    {
        var update = UpdateReader.Read("{\"update_id\":2,\"message\":" + Head + part + ",\"caption\":\"kept\"}}")!;
        Assert.Null(update.Defect);
        Assert.Equal(("kept", 5, 9), (update.Message!.Caption, update.Message.MessageId, update.Message.Chat.Id));
        Assert.Null(update.Message.Text ?? (object?)update.Message.From ?? update.Message.Document ?? (object?)update.Message.Sticker ?? update.Message.ReplyToMessage);
    }

    [Fact]
    public void Of_a_list_only_what_cannot_be_read_is_left_out()
    {
        var message = UpdateReader.Read("{\"update_id\":2,\"message\":" + Head + """
            ,"photo":[{"width":9},{"file_id":"a","width":-3,"height":1e99,"file_size":"big"},7,null,{"file_id":"b","width":20,"height":10,"file_size":4}],
            "text":"/go","entities":[{"type":"bot_command","offset":0,"length":3},{"type":"new_kind","offset":-1,"length":99},{"offset":0}]}}
            """)!.Message!;
        Assert.Equal([("a", 0, 0, null), ("b", 20, 10, 4L)], message.Photo!.Select(size => (size.FileId, size.Width, size.Height, size.FileSize)));
        Assert.Equal("b", message.LargestPhoto!.FileId);
        Assert.Equal([("bot_command", "/go"), ("new_kind", "")], message.Entities!.Select(entity => (entity.Type, entity.In(message.Text))));
    }

    [Theory]
    [InlineData("""{"message":{}}""")]
    [InlineData("""{"update_id":"2"}""")]
    [InlineData("""{"update_id":2.5}""")]
    [InlineData("""{"update_id":-2}""")]
    [InlineData("""{"update_id":99999999999999999999}""")]
    [InlineData("""{"update_id":}""")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    public void What_has_no_id_is_left_out(string json)
    {
        Assert.Null(UpdateReader.Read(json));
        Assert.Equal([1L], UpdateReader.ReadMany(Encoding.UTF8.GetBytes($"[{json},{Good}]")).Updates.Select(update => update.Id));
    }

    [Fact]
    public void An_unknown_kind_is_no_defect_and_an_unknown_chat_is_read()
    {
        var unknown = UpdateReader.Read("""{"update_id":2,"poll":{"id":"1"}}""")!;
        Assert.Null(unknown.Defect ?? (object?)unknown.Message);
        var chat = UpdateReader.Read("""{"update_id":2,"message":{"message_id":5,"chat":{"id":-9,"type":"hologram"}}}""")!.Message!.Chat;
        Assert.Equal(("hologram", false, false), (chat.Type, chat.IsPrivate, chat.IsGroup));
    }

    [Fact]
    public void A_name_that_comes_twice_has_its_last_value()
    {
        var update = UpdateReader.Read("{\"update_id\":1,\"message\":{},\"update_id\":2,\"message\":" + Head + ",\"text\":\"a\",\"text\":\"b\"}}")!;
        Assert.Equal((2, "b", null), (update.Id, update.Message!.Text, update.Defect));
    }

    [Fact]
    public void What_is_not_UTF_8_is_replaced()
    {
        byte[] json = [.. Encoding.UTF8.GetBytes("{\"update_id\":2,\"message\":" + Head + ",\"text\":\"a"), 0xff, 0xc3, .. "b\"}}"u8];
        var update = UpdateReader.Read(json)!;
        Assert.Equal("a\ufffd\ufffdb", update.Message!.Text);
        Assert.Equal(update.Message.Text, UpdateReader.Read(update.Json)!.Message!.Text);
    }

    [Fact]
    public void An_enormous_text_is_read_as_it_is()
    {
        var text = new string('я', 1 << 20);
        Assert.Equal(text, UpdateReader.Read("{\"update_id\":2,\"message\":" + Head + ",\"text\":\"" + text + "\"}}")!.Message!.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_changed_in_a_batch_it_is_read_or_refused_as_a_whole(int seed)
    {
        var good = Encoding.UTF8.GetBytes($"[{Good},{Good.Replace("\"hi\"", "\"h\\\"i\\\\\",\"photo\":[{\"file_id\":\"a\",\"width\":1}]", StringComparison.Ordinal)},{Good}]");
        var random = new Random(seed);
        var read = 0;
        for (var i = 0; i < 3000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 4); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) == 0 ? random.Next(256) : "{}[]\":,\\"[random.Next(8)]);
            try
            {
                read += UpdateReader.ReadMany(bytes).Updates.Count;
            }
            catch (JsonException)
            {
                // The list itself is broken: it is asked for again.
            }
        }
        Assert.InRange(read, 1000, 9000);
    }
}
