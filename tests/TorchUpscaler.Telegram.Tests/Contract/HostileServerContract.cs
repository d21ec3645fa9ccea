using System.Net;
using System.Net.Sockets;
using System.Text;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>Answers that are none.</summary>
public abstract class HostileServerContract : ClientContract
{
    private const string Token = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcW";

    [Theory]
    [InlineData(200, "", BotError.InvalidAnswer)]
    [InlineData(200, "<html>hotel login</html>", BotError.InvalidAnswer)]
    [InlineData(200, "[]", BotError.InvalidAnswer)]
    [InlineData(200, "{\"ok\":true}", BotError.InvalidAnswer)]
    [InlineData(200, "{\"ok\":\"true\",\"result\":{}}", BotError.InvalidAnswer)]
    [InlineData(200, "{\"ok\":true,\"result\":[]}", BotError.InvalidAnswer)]
    [InlineData(200, "{\"ok\":true,\"result\":{\"id\":\"x\"}}", BotError.InvalidAnswer)]
    [InlineData(200, "{\"ok\":true,\"result\":{\"id\":1", BotError.InvalidAnswer)]
    [InlineData(302, "", BotError.InvalidAnswer)]
    [InlineData(404, "no page here", BotError.InvalidAnswer)]
    [InlineData(413, "too large", BotError.FileTooBig)]
    [InlineData(429, "slow down", BotError.TooManyRequests)]
    [InlineData(503, "{\"ok\":false}", BotError.Unavailable)]
    [InlineData(504, "gateway", BotError.Unavailable)]
    [InlineData(400, "{\"ok\":false,\"error_code\":\"x\",\"description\":7,\"parameters\":[]}", BotError.BadRequest)]
    [InlineData(400, "{\"ok\":false,\"error_code\":400,\"description\":\"\\ud800\"}", BotError.BadRequest)]
    [InlineData(403, "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: something new\"}", BotError.NoRights)]
    public async Task Each_is_one_named_error(int status, string body, BotError error)
    {
        await using var web = await LoopbackWeb.Start(status, Encoding.UTF8.GetBytes(body));
        using var api = Client(web);
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.GetMe(default));
        Assert.True(error == failure.Error, $"{failure.Error}: {failure.Message}");
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("-5", 1)]
    [InlineData("0", 1)]
    [InlineData("99999999999", 86400)]
    [InlineData("\"x\"", 1)]
    [InlineData("null", 1)]
    public async Task The_time_to_wait_is_never_nothing_and_never_for_ever(string retryAfter, int seconds)
    {
        await using var web = await LoopbackWeb.Start(429, Encoding.UTF8.GetBytes("{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\",\"parameters\":{\"retry_after\":" + retryAfter + "}}"));
        using var api = Client(web);
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.GetMe(default));
        Assert.Equal((BotError.TooManyRequests, TimeSpan.FromSeconds(seconds)), (failure.Error, failure.RetryAfter));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[{},7]")]
    [InlineData("[{\"update_id\":1}")]
    public async Task Updates_that_could_not_be_confirmed_are_an_error_and_do_not_come_for_ever(string result)
    {
        await using var web = await LoopbackWeb.Start(200, Encoding.UTF8.GetBytes($"{{\"ok\":true,\"result\":{result}}}"));
        using var api = Client(web);
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.GetUpdates(0, TimeSpan.Zero, 100, default));
        Assert.Equal((BotError.InvalidAnswer, true), (failure.Error, failure.IsTransient));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"message_id":"x","date":1,"chat":{"id":9}}""")]
    [InlineData("""{"message_id":5,"date":"never","chat":{"id":9,"type":7},"text":{}}""")]
    [InlineData("""{"message_id":5,"date":1,"chat":{"id":9},"entities":[{"type":"of tomorrow","offset":-1}]}""")]
    public async Task One_update_that_is_not_as_it_should_be_hides_no_other(string message)
    {
        const string good = """{"message_id":5,"date":1,"chat":{"id":9,"type":"private"},"text":"hi"}""";
        var deep = new string('[', 5000) + new string(']', 5000);
        (long Id, string Message)[] sent = [(1, good), (2, message), (3, deep), (5_000_000_000, good)];
        var updates = string.Join(',', sent.Select(update => $"{{\"update_id\":{update.Id},\"message\":{update.Message}}}"));
        await using var web = await LoopbackWeb.Start(200, Encoding.UTF8.GetBytes($"{{\"ok\":true,\"result\":[{updates}]}}"));
        using var api = Client(web);
        var read = await api.GetUpdates(6_000_000_000, TimeSpan.Zero, 100, default);
        Assert.Equal(sent.Select(update => update.Id), read.Select(update => update.Id));
        Assert.Equal(("hi", "hi"), (read[0].Message!.Text, read[3].Message!.Text));
        Assert.NotNull(read[2].Defect);
    }

    [Fact]
    public async Task A_server_that_lets_nobody_in_is_given_up_and_nothing_has_happened()
    {
        // Its door has room for one; who comes after is not even refused.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);

        using var api = Create(new BotApiOptions
        {
            Token = Token,
            ApiBaseUrl = new Uri($"http://{listener.LocalEndPoint}"),
            ConnectTimeout = TimeSpan.FromMilliseconds(100),
            Retries = 1,
            RetryDelay = TimeSpan.Zero,
        });
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.SendMessage(new TextMessage { Chat = 1, Text = "x" }, default));
        Assert.Equal((BotError.Unavailable, false), (failure.Error, failure.MayHaveHappened));
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up()
    {
        await using var web = await LoopbackWeb.Start(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(new byte[1 << 20], context.RequestAborted);
        });
        using var api = Client(web);
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.GetMe(default));
        Assert.Equal(BotError.InvalidAnswer, failure.Error);
        Assert.Contains("too long", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("photos/../../x")]
    [InlineData("photos//x")]
    [InlineData("photos\\x")]
    [InlineData("a\nb")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_path_that_leads_elsewhere_is_not_asked_for(string? path)
    {
        var asked = 0;
        await using var web = await LoopbackWeb.Start(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        using var api = Client(web);
        using var copy = new MemoryStream();
        var failure = await Assert.ThrowsAsync<BotApiException>(() => api.Download(new RemoteFile { FileId = "x", FilePath = path }, copy, 100, default));
        Assert.Equal((BotError.WrongFile, 0), (failure.Error, asked));
    }

    [Fact]
    public async Task What_cannot_be_written_is_the_callers_matter_and_not_tried_again()
    {
        var asked = 0;
        await using var web = await LoopbackWeb.Start(async context =>
        {
            asked++;
            await context.Response.Body.WriteAsync(new byte[1000]);
        });
        using var api = Client(web, retries: 3);
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        await Assert.ThrowsAsync<IOException>(() => api.Download(new RemoteFile { FileId = "x", FilePath = "photos/x" }, full, 10_000, default));
        Assert.Equal(1, asked);
    }

    private IBotApi Client(LoopbackWeb web, int retries = 0) =>
        Create(new BotApiOptions { Token = Token, ApiBaseUrl = web.Address, Retries = retries, RetryDelay = TimeSpan.Zero });
}
