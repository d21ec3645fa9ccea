using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TorchUpscaler.App.Bot;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Intake;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>What is posted to the webhook: stored before it is confirmed, and only where the secret is right.</summary>
public sealed class WebhookTests : IDisposable
{
    private const string Update = """{ "update_id": 5, "message": { "message_id": 1, "date": 0, "chat": { "id": 7, "type": "private" }, "text": "hello" } }""";

    private readonly Workplace _here = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });
    private readonly IJobStore _store;
    private readonly BotData _data;
    private readonly UpdateInbox _inbox;
    private readonly WebhookServer _server;

    public WebhookTests()
    {
        _store = JobStores.Open(_here.PathOf("queue"), _here.Folder, new QueueOptions());
        _data = BotData.Open(_store, 1);
        _inbox = new UpdateInbox(_data);
        _server = new WebhookServer(_inbox, NullLoggerFactory.Instance);
        _server.Start(new IPEndPoint(IPAddress.Loopback, 0)).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _inbox.Dispose();
        _client.Dispose();
        _store.Dispose();
        _here.Dispose();
    }

    [Fact]
    public async Task An_update_is_in_the_store_when_it_is_confirmed()
    {
        Assert.Equal(HttpStatusCode.OK, await Post(Update, _server.Secret));
        Assert.Equal(5, Assert.Single(_data.Updates.Read(0, 10)).Id);
        Assert.Equal(HttpStatusCode.OK, await Post(Update, _server.Secret)); // posted again
        Assert.Single(_data.Updates.Read(0, 10));
    }

    [Fact]
    public async Task Without_the_secret_there_is_nothing()
    {
        Assert.Equal(HttpStatusCode.NotFound, await Post(Update, null));
        Assert.Equal(HttpStatusCode.NotFound, await Post(Update, ""));
        Assert.Equal(HttpStatusCode.NotFound, await Post(Update, _server.Secret[..^1]));
        Assert.Equal(HttpStatusCode.NotFound, await Post(Update, _server.Secret.ToUpperInvariant()));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(_server.Address)).StatusCode);
        Assert.Equal(0, _data.Updates.Waiting);
        Assert.Equal(64, _server.Secret.Length);
    }

    [Fact]
    public async Task What_is_no_update_is_confirmed_so_that_it_comes_no_more_and_what_is_too_large_is_refused()
    {
        foreach (var body in (string[])["", "[]", "{", "null", """{ "update_id": "x" }""", """{ "update_id": -1 }"""]) Assert.Equal(HttpStatusCode.OK, await Post(body, _server.Secret));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Post(new string(' ', 2 << 20), _server.Secret));
        Assert.Equal(0, _data.Updates.Waiting);
    }

    [Fact]
    public async Task While_the_store_is_out_nothing_is_confirmed()
    {
        _store.Dispose();
        Directory.Delete(_here.PathOf("queue"), recursive: true);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Post(Update, _server.Secret));
    }

    private async Task<HttpStatusCode> Post(string body, string? secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _server.Address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = true; // what is refused for its size is not sent: the server would hang up in the middle of it
        if (secret is not null) request.Headers.TryAddWithoutValidation("X-Telegram-Bot-Api-Secret-Token", secret);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }
}
