using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Full;

namespace TorchUpscaler.Telegram.Tests.Full;

/// <summary>Whichever client makes a call, Telegram is told the same.</summary>
public sealed class SameCallsTests : IDisposable
{
    private const string Token = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcW";

    private static readonly FormattedText s_text = FormattedText.Bold("Ready 🎉") + FormattedText.Italic("!") + FormattedText.Code("<b>&.png") + FormattedText.Link("here", "https://example.org/?a=b&c");
    private static readonly FormattedText s_marks = new("news", [.. ((string[])["underline", "strikethrough", "spoiler", "pre", "blockquote"]).Select(type => new TextEntity { Type = type, Offset = 0, Length = 4 })]);
    private static readonly InlineKeyboard s_keyboard = new([[InlineButton.Press("×2", "s:2"), InlineButton.Press("×4", "s:4")], [InlineButton.Press("More", "p:1")]]);

    private static readonly Dictionary<string, Func<IBotApi, OutgoingFile, Task>> s_calls = new()
    {
        ["getMe"] = (api, _) => api.GetMe(default),
        ["getUpdates"] = (api, _) => api.GetUpdates(0, TimeSpan.Zero, 100, default),
        ["getUpdates, long"] = (api, _) => api.GetUpdates(5_000_000_000, TimeSpan.FromSeconds(50), 7, default),
        ["setWebhook"] = (api, _) => api.SetWebhook(new Webhook("https://example.org/hook", "Secret_1-2", 5), default),
        ["deleteWebhook"] = (api, _) => api.DeleteWebhook(default),
        ["setMyCommands"] = (api, _) => api.SetMyCommands([new("start", "Начать"), new("help", "Help")], CommandScope.Private, "ru", default),
        ["setMyCommands, everywhere"] = (api, _) => api.SetMyCommands([], CommandScope.Default, null, default),
        ["setMyCommands, groups"] = (api, _) => api.SetMyCommands([new("start", "Begin")], CommandScope.Groups, null, default),
        ["deleteMyCommands"] = (api, _) => api.DeleteMyCommands(CommandScope.Of(-1001234567890), null, default),
        ["sendMessage"] = (api, _) => api.SendMessage(new TextMessage { Chat = 9, Text = "a" }, default),
        ["sendMessage, all"] = (api, _) => api.SendMessage(new TextMessage { Chat = -1001234567890, Thread = 7, ReplyTo = 5, IsSilent = true, Text = s_text, Keyboard = s_keyboard }, default),
        ["sendMessage, as an admin writes it"] = (api, _) => api.SendMessage(new TextMessage { Chat = 9, Text = s_marks }, default),
        ["editMessageText"] = (api, _) => api.EditMessageText(new TextEdit(new MessageRef(9, 5), s_text, s_keyboard), default),
        ["editMessageText, plain"] = (api, _) => api.EditMessageText(new TextEdit(new MessageRef(9, 5), "a \0 \ud800"), default),
        ["editMessageReplyMarkup"] = (api, _) => api.EditMessageReplyMarkup(new MessageRef(9, 5), s_keyboard, default),
        ["editMessageReplyMarkup, none"] = (api, _) => api.EditMessageReplyMarkup(new MessageRef(9, 5), null, default),
        ["deleteMessage"] = (api, _) => api.DeleteMessage(new MessageRef(9, 5), default),
        ["answerCallbackQuery"] = (api, _) => api.AnswerCallbackQuery(new CallbackAnswer("12", "noted", IsAlert: true), default),
        ["answerCallbackQuery, quiet"] = (api, _) => api.AnswerCallbackQuery(new CallbackAnswer("12"), default),
        ["sendChatAction"] = (api, _) => api.SendChatAction(9, 7, ChatAction.UploadPhoto, default),
        ["sendChatAction, document"] = (api, _) => api.SendChatAction(9, null, ChatAction.UploadDocument, default),
        ["sendPhoto"] = (api, file) => api.SendPhoto(All(file), default),
        ["sendPhoto, known"] = (api, _) => api.SendPhoto(new FileMessage { Chat = 9, File = OutgoingFile.Known("https://example.org/a.png") }, default),
        ["sendDocument"] = (api, file) => api.SendDocument(All(file), default),
        ["sendDocument, plain"] = (api, file) => api.SendDocument(new FileMessage { Chat = 9, File = file }, default),
        ["sendDocument, known"] = (api, _) => api.SendDocument(All(OutgoingFile.Known("AgAC-1_x")), default),
        ["sendMediaGroup"] = (api, file) => api.SendMediaGroup(Album(file, arePhotos: false), default),
        ["sendMediaGroup, photos"] = (api, file) => api.SendMediaGroup(Album(file, arePhotos: true), default),
        ["sendMediaGroup, known"] = (api, _) => api.SendMediaGroup(Album(OutgoingFile.Known("a"), arePhotos: true), default),
        ["getFile"] = (api, _) => api.GetFile("AgAC-1_x", default),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Calls => [.. s_calls.Keys];

    [Theory, MemberData(nameof(Calls))]
    public async Task A_call_says_the_same(string call)
    {
        var expected = await Said(options => new BotClient(options), call);
        var said = await Said(options => new TelegramBotApi(options), call);
        Assert.Equal(expected.ToJsonString(), said.ToJsonString());
        Assert.Equal(call.Split(',')[0], (string?)said["method"]);
    }

    [Fact]
    public async Task A_part_of_a_text_that_the_library_does_not_know_is_left_out_and_the_text_arrives()
    {
        var text = new FormattedText("news", [new TextEntity { Type = "hologram", Offset = 0, Length = 1 }, new TextEntity { Type = "text_link", Offset = 0, Length = 4, Url = "https://example.org/" }]);
        var said = await Said(options => new TelegramBotApi(options), (api, _) => api.SendMessage(new TextMessage { Chat = 9, Text = text }, default));
        Assert.Equal("news", (string?)said["text"]);
        Assert.Equal("text_link", (string?)Assert.Single(said["entities"]!.AsArray())!["type"]);
    }

    [Fact]
    public async Task A_scope_that_the_library_has_no_way_to_name_is_refused_before_anything_is_said()
    {
        using var api = new TelegramBotApi(new BotApiOptions { Token = Token });
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => api.SetMyCommands([], new CommandScope("everywhere else"), null, default));
        Assert.Contains("everywhere else", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static FileMessage All(OutgoingFile file) => new() { Chat = 9, Thread = 7, ReplyTo = 5, IsSilent = true, File = file, Caption = s_text, Keyboard = s_keyboard };

    private static AlbumMessage Album(OutgoingFile file, bool arePhotos) => new()
    {
        Chat = 9,
        Thread = 7,
        ReplyTo = 5,
        IsSilent = true,
        ArePhotos = arePhotos,
        Items = [new AlbumItem(file, s_text), new AlbumItem(OutgoingFile.Known("AgAC-1_x"), ""), new AlbumItem(file, "")],
    };

    private Task<JsonObject> Said(Func<BotApiOptions, IBotApi> create, string call) => Said(create, s_calls[call]);

    // What a server hears: the call's name, whether the length was said before, and the parameters in the order of their names.
    private async Task<JsonObject> Said(Func<BotApiOptions, IBotApi> create, Func<IBotApi, OutgoingFile, Task> call)
    {
        JsonObject? heard = null;
        await using var web = await LoopbackWeb.Start(async context =>
        {
            heard = await Heard(context.Request);
            var result = (string?)heard["method"] is "getUpdates" or "sendMediaGroup" ? "[]" : """{"id":1,"message_id":1,"chat":{"id":1},"file_id":"x"}""";
            await context.Response.WriteAsync($"{{\"ok\":true,\"result\":{result}}}");
        });
        using var api = create(new BotApiOptions { Token = Token, ApiBaseUrl = web.Address, Retries = 0 });
        await call(api, OutgoingFile.At(_folder.Write("a", [1, 2, 3]), "мой кот (1); \"x\".png"));
        return heard!;
    }

    private static async Task<JsonObject> Heard(HttpRequest request)
    {
        var parameters = request.HasFormContentType ? await Form(request) : await Json(request);
        var heard = new JsonObject { ["method"] = request.Path.Value!.Split('/')[^1], ["pieces"] = request.Headers.TransferEncoding.ToString() };
        // What is not said and what is said to be nothing is the same.
        foreach (var (name, value) in parameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            if (value is not null && value.ToJsonString() is not ("false" or "0")) heard[name] = InOrder(value.DeepClone());
        }
        return heard;
    }

    private static async Task<JsonObject> Json(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        return await body.ReadToEndAsync() is { Length: > 0 } text ? JsonNode.Parse(text)!.AsObject() : [];
    }

    // Which part of the form a file is makes no difference, only what it stands for.
    private static async Task<JsonObject> Form(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var values = form.ToDictionary(field => field.Key, field => field.Value.ToString());
        foreach (var file in form.Files)
        {
            var what = $"{file.FileName}, {file.Length} bytes, {file.ContentType}";
            var place = $"attach://{file.Name}";
            if (values.FirstOrDefault(field => field.Value.Contains(place, StringComparison.Ordinal)).Key is { } field) values[field] = values[field].Replace(place, what, StringComparison.Ordinal);
            else values.Add(file.Name, what);
        }
        return new JsonObject(values.Select(field => KeyValuePair.Create(field.Key, Value(field.Value))));
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return text is "True" ? JsonValue.Create(true) : JsonValue.Create(text);
        }
    }

    private static JsonNode? InOrder(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, InOrder(member.Value?.DeepClone())))),
        JsonArray items => new JsonArray([.. items.Select(item => InOrder(item?.DeepClone()))]),
        _ => node?.DeepClone(),
    };
}
