using System.Net;
using System.Text;
using TorchUpscaler.BotServer;

namespace TorchUpscaler.Telegram.Tests.Server;

/// <summary>The Bot API server of the tests, asked as anybody can ask it: what the other tests rely on is so.</summary>
public sealed class ServerTests : IAsyncLifetime
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { UseProxy = false });
    private BotApiServer _server = null!;

    public async Task InitializeAsync() => _server = await BotApiServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/bot1234:wrong/getMe", 401, "Unauthorized")]
    [InlineData("/botnonsense/getMe", 404, "Not Found")]
    [InlineData("/", 404, "Not Found")]
    [InlineData("/bot{0}/getNothing", 404, "Not Found: method not found")]
    [InlineData("/file/bot{0}/photos/none.jpg", 404, "Not Found")]
    [InlineData("/file/bot1234:wrong/photos/none.jpg", 401, "Unauthorized")]
    public async Task A_wrong_address_is_refused_as_Telegram_does(string path, int status, string description)
    {
        using var response = await s_http.GetAsync(new Uri(_server.Address, path.Replace("{0}", _server.Token, StringComparison.Ordinal)));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains($"\"error_code\":{status},\"description\":\"{description}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_may_come_in_the_address_in_a_form_or_as_JSON()
    {
        var anna = _server.AddPerson("Anna");
        await Ask($"sendMessage?chat_id={anna.Id}&text=address");
        using (var form = new FormUrlEncodedContent([new("chat_id", $"{anna.Id}"), new("text", "form")])) await Post("sendMessage", form);
        using (var multipart = new MultipartFormDataContent { { new StringContent($"{anna.Id}"), "chat_id" }, { new StringContent("multipart"), "text" } }) await Post("sendMessage", multipart);
        await Post("sendMessage", Json($$"""{"chat_id":{{anna.Id}},"text":"JSON"}"""));
        Assert.Equal("#1 bot: address\n#2 bot: form\n#3 bot: multipart\n#4 bot: JSON\n", anna.Chat.Screen());
    }

    [Theory]
    [InlineData("\"text\":\"\"", "message text is empty")]
    [InlineData("\"text\":\"x\",\"parse_mode\":\"HTML\"", "unsupported parse_mode (this server knows entities only)")]
    [InlineData("\"text\":\"x\",\"reply_parameters\":{\"message_id\":9}", "message to be replied not found")]
    [InlineData("\"text\":\"x\",\"entities\":[{\"type\":\"bold\",\"offset\":0,\"length\":2}]", "ENTITY_BOUNDS_INVALID")]
    [InlineData("\"text\":\"x\",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"a\"}]]}", "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")]
    [InlineData("\"text\":\"x\",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"a\",\"callback_data\":\"{65}\"}]]}", "BUTTON_DATA_INVALID")]
    [InlineData("\"text\":\"x\",\"reply_markup\":{\"inline_keyboard\":[[{\"text\":\"a\",\"url\":\"nonsense\"}]]}", "inline keyboard button URL 'nonsense' is invalid: Wrong HTTP URL")]
    public async Task What_Telegram_refuses_is_refused_in_its_words(string parameters, string words)
    {
        var anna = _server.AddPerson("Anna");
        using var response = await Send("sendMessage", Json($$"""{"chat_id":{{anna.Id}},{{parameters.Replace("{65}", new string('x', 65), StringComparison.Ordinal)}}}"""));
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((HttpStatusCode.BadRequest, $"Bad Request: {words}"), (response.StatusCode, (string?)answer["description"]));
        Assert.Empty(anna.Chat.Messages);
    }

    [Fact]
    public async Task Updates_may_come_twice_and_out_of_order_and_none_is_lost()
    {
        var anna = _server.AddPerson("Anna");
        _server.Faults.Set(Fault.DuplicatedUpdate, 0.3);
        _server.Faults.Set(Fault.ReorderedUpdates, 0.5);
        var got = new List<long>();
        var offset = 0L;
        for (var i = 0; i < 40; i++)
        {
            if (i < 20) for (var text = 0; text < 5; text++) anna.SendText($"{i} {text}");
            var updates = (await Ask($"getUpdates?offset={offset}"))["result"]!.AsArray().Select(update => (long)update!["update_id"]!).ToList();
            got.AddRange(updates);
            if (updates.Count > 0) offset = Math.Max(offset, updates.Max() + 1);
        }
        Assert.Equal(100, got.Distinct().Count());
        Assert.True(got.Count > 110, $"{got.Count} came");
        Assert.False(got.SequenceEqual(got.Order()));
        Assert.Equal(got.Count - 100, _server.Faults.Count(Fault.DuplicatedUpdate));
    }

    [Fact]
    public async Task A_negative_offset_takes_the_last_and_forgets_the_others()
    {
        var anna = _server.AddPerson("Anna");
        for (var i = 0; i < 5; i++) anna.SendText($"{i}");
        Assert.Equal(["4"], (await Ask("getUpdates?offset=-1"))["result"]!.AsArray().Select(update => (string?)update!["message"]!["text"]));
        Assert.Equal(1, _server.WaitingUpdates);
    }

    [Fact]
    public async Task Only_wanted_kinds_of_updates_come()
    {
        var anna = _server.AddPerson("Anna");
        await Ask("getUpdates?allowed_updates=[\"callback_query\"]");
        anna.SendText("unheard");
        await Ask($"sendMessage?chat_id={anna.Id}&text=x&reply_markup={{\"inline_keyboard\":[[{{\"text\":\"Go\",\"callback_data\":\"go\"}}]]}}");
        anna.PressButton(anna.Chat.FromBot[0], "Go");
        Assert.Equal("go", (string?)Assert.Single((await Ask("getUpdates"))["result"]!.AsArray())!["callback_query"]!["data"]);
    }

    [Fact]
    public async Task Rates_are_noted_and_where_they_are_enforced_refused_with_the_time_to_wait()
    {
        var group = _server.AddGroup("Holiday");
        _server.Limits.ChatBurst = 100;
        for (var i = 0; i < 21; i++) await Ask($"sendMessage?chat_id={group.Id}&text={i}");
        Assert.Equal([(group.Id, "group")], _server.Limits.Violations.Select(violation => (violation.Chat!.Value, violation.Limit)));

        _server.Limits.Mode = RateLimitMode.Enforce;
        using var response = await Send("sendMessage", Json($$"""{"chat_id":{{group.Id}},"text":"x"}"""));
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange((int)answer["parameters"]!["retry_after"]!, 50, 60);
        Assert.Equal(21, group.Messages.Count);
    }

    [Fact]
    public async Task A_chat_is_shown_as_it_is_and_as_it_came_to_be()
    {
        var anna = _server.AddPerson("Анна");
        var photo = anna.SendPhoto(TestPictures.Png(200, 100), "look");
        await Ask($"sendMessage?chat_id={anna.Id}&text=42 s&reply_parameters={{\"message_id\":{photo.Id}}}&reply_markup={{\"inline_keyboard\":[[{{\"text\":\"Cancel\",\"callback_data\":\"c\"}}]]}}");
        var press = anna.PressButton(anna.Chat.FromBot[0], "Cancel");
        await Ask($"answerCallbackQuery?callback_query_id={System.Text.Json.Nodes.JsonNode.Parse((await Ask("getUpdates?offset=-1"))["result"]![0]!.ToJsonString())!["callback_query"]!["id"]}&text=cancelled");
        await Ask($"editMessageText?chat_id={anna.Id}&message_id=2&text=Cancelled%0Aafter 17 s");
        anna.Delete(photo);
        anna.BlockBot();
        Assert.Equal("cancelled", (await press.Answer).Text);
        Assert.Equal("#2 bot (to #1): Cancelled\n   after N s\n", anna.Chat.Screen((@"\d+ s", "N s")));
        Assert.Equal(
            """
            #1 Анна: <photo 200×100> look
            #2 bot (to #1): N s
               [Cancel]
            Анна presses [Cancel] of #2
            note to Анна: cancelled
            bot edits #2: Cancelled
               after N s
            Анна deletes #1
            Анна blocks the bot

            """.ReplaceLineEndings("\n"), anna.Chat.History((@"\d+ s", "N s")));
    }

    private async Task<System.Text.Json.Nodes.JsonNode> Ask(string call)
    {
        using var response = await s_http.GetAsync(new Uri($"{_server.Address}bot{_server.Token}/{call}"));
        var answer = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.True(response.IsSuccessStatusCode, $"{call}: {answer}");
        return answer;
    }

    private async Task Post(string method, HttpContent content)
    {
        using var response = await Send(method, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> Send(string method, HttpContent content) => s_http.PostAsync(new Uri($"{_server.Address}bot{_server.Token}/{method}"), content);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
