using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Text;
using TorchUpscaler.BotServer;
using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>Who has the token has the bot: it stands in no error, no log, no trace.</summary>
public abstract class TokenContract : ClientContract
{
    private const string Secret = "AAH5tokenThatNobodyMaySee-0123456_x";
    private const string Token = "1234567890:" + Secret;

    /// <summary>What is seen in the token's place.</summary>
    protected virtual string StandIn => "";

    [Fact]
    public async Task Nothing_that_is_told_about_requests_has_the_token()
    {
        using var ears = new Ears();
        await using var server = await BotApiServer.Start(new BotServerOptions { Token = Token });
        var options = new BotApiOptions { Token = Token, ApiBaseUrl = server.Address, Retries = 1, RetryDelay = TimeSpan.Zero };
        using (var api = Create(options))
        {
            await api.GetMe(default);
            var file = await api.GetFile(server.AddPerson("Anna").SendDocument([1, 2, 3], "a.png").Document!.Id, default);
            using var copy = new MemoryStream();
            await api.Download(file, copy, 10, default);
            server.Faults.Next(Fault.CutAnswer, "getMe", 2);
            await Fails(() => api.GetMe(default));
        }
        Assert.Contains(ears.Heard, heard => heard.Contains($"/bot{StandIn}/getMe", StringComparison.Ordinal));
        Assert.Contains(ears.Heard, heard => heard.Contains($"/file/bot{StandIn}/documents/", StringComparison.Ordinal));
        Assert.DoesNotContain(ears.Heard, HasSecret);
    }

    [Fact]
    public async Task No_error_has_the_token_whatever_the_server_repeats()
    {
        var failures = new List<Exception>();
        foreach (var answer in Answers())
        {
            await using var web = await LoopbackWeb.Start(answer);
            failures.AddRange(await AllFailures(new BotApiOptions { Token = Token, ApiBaseUrl = web.Address, Retries = 0, AnswerTimeout = TimeSpan.FromSeconds(5) }));
        }
        foreach (var address in (string[])["http://127.0.0.1:1/", "https://127.0.0.1:1/"]) // nobody listens there
            failures.AddRange(await AllFailures(new BotApiOptions { Token = Token, ApiBaseUrl = new Uri(address), Retries = 0 }));
        Assert.Equal(7 * 3, failures.Count);
        Assert.DoesNotContain(failures, failure => HasSecret(failure.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Secret)]
    [InlineData("12a:" + Secret)]
    [InlineData(Token + "/../x")]
    [InlineData(Token + "\n")]
    [InlineData("1234567890:short")]
    public void A_token_that_is_none_is_refused_in_words_without_it(string token)
    {
        var error = Assert.Throws<InputException>(() => Create(new BotApiOptions { Token = token }));
        Assert.Contains("Token", error.Message, StringComparison.Ordinal);
        Assert.Contains("BotFather", error.Message, StringComparison.Ordinal);
        Assert.False(HasSecret(error.ToString()));
    }

    [Theory]
    [InlineData("http://api.telegram.org", "in the clear")]
    [InlineData("http://8.8.8.8:8081", "in the clear")]
    [InlineData("http://[2001:db8::1]", "in the clear")]
    [InlineData("ftp://api.telegram.org", "no address")]
    [InlineData("https://me:word@api.telegram.org", "no address")]
    [InlineData("https://api.telegram.org/?a=b", "no address")]
    [InlineData("/bot", "no address")]
    public void An_address_that_would_give_the_token_away_is_refused(string address, string why)
    {
        var error = Assert.Throws<InputException>(() => Create(new BotApiOptions { Token = Token, ApiBaseUrl = new Uri(address, UriKind.RelativeOrAbsolute) }));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.False(HasSecret(error.ToString()));
    }

    [Theory]
    [InlineData("https://api.telegram.org")]
    [InlineData("https://proxy.example.org/telegram/")]
    [InlineData("http://localhost:8081")]
    [InlineData("http://telegram-bot-api:8081")]
    [InlineData("http://192.168.1.5:8081")]
    [InlineData("http://10.0.0.5:8081")]
    [InlineData("http://[fd00::5]:8081")]
    public void A_server_of_ones_own_may_be_plain(string address)
    {
        using var api = Create(new BotApiOptions { Token = Token, ApiBaseUrl = new Uri(address) });
        Assert.StartsWith("Bot API at http", api.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_of_settings_has_no_secret()
    {
        var options = new BotApiOptions { Token = Token };
        Assert.Equal("Bot API at https://api.telegram.org", options.ToString());
        Assert.False(HasSecret($"{Create(options)} {new Webhook("https://example.org/", Secret)}"));
    }

    [Fact]
    public async Task The_server_may_have_a_path_of_its_own()
    {
        var asked = "";
        await using var web = await LoopbackWeb.Start(async context =>
        {
            asked = context.Request.Path;
            await context.Response.Body.WriteAsync("""{"ok":true,"result":{"id":1,"is_bot":true}}"""u8.ToArray());
        });
        using var api = Create(new BotApiOptions { Token = Token, ApiBaseUrl = new Uri(web.Address, "/telegram/") });
        await api.GetMe(default);
        Assert.Equal($"/telegram/bot{Token}/getMe", asked);
    }

    private static IEnumerable<Microsoft.AspNetCore.Http.RequestDelegate> Answers()
    {
        yield return context => Write(context, 400, $$"""{"ok":false,"error_code":400,"description":"Bad Request: {{context.Request.Path}} and {{Secret.ToLowerInvariant()}}"}""");
        yield return context => Write(context, 404, $"<html>{context.Request.Path} is not here</html>");
        yield return context => Write(context, 502, $"<html>{context.Request.Path}</html>");
        yield return context =>
        {
            context.Response.Headers.Location = $"https://127.0.0.1:1{context.Request.Path}";
            return Write(context, 302, "");
        };
        yield return context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
    }

    private static async Task Write(Microsoft.AspNetCore.Http.HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    }

    private async Task<IEnumerable<Exception>> AllFailures(BotApiOptions options)
    {
        using var folder = new TemporaryFolder();
        using var api = Create(options);
        using var copy = new MemoryStream();
        var upload = new FileMessage { Chat = 1, File = OutgoingFile.At(folder.Write("a", [1, 2, 3]), "a.png") };
        return
        [
            await Fails(() => api.GetMe(default)),
            await Fails(() => api.SendDocument(upload, default)),
            await Fails(() => api.Download(new RemoteFile { FileId = "x", FilePath = "photos/x" }, copy, 100, default)),
        ];
    }

    private static Task<BotApiException> Fails(Func<Task> call) => Assert.ThrowsAsync<BotApiException>(call);

    private static bool HasSecret(string text) => text.Contains(Secret, StringComparison.OrdinalIgnoreCase);

    /// <summary>Hears all that the runtime tells about HTTP: events, traces, diagnostics.</summary>
    private sealed class Ears : EventListener, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        private readonly ActivityListener _activities;
        private readonly IDisposable _diagnostics;
        private readonly ConcurrentBag<IDisposable> _subscriptions = [];

        internal Ears()
        {
            _activities = new ActivityListener
            {
                ShouldListenTo = source => source.Name.StartsWith("System.Net", StringComparison.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => Heard.Add($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)}"),
            };
            ActivitySource.AddActivityListener(_activities);
            _diagnostics = DiagnosticListener.AllListeners.Subscribe(this);
        }

        internal ConcurrentBag<string> Heard { get; } = [];

        public override void Dispose()
        {
            _activities.Dispose();
            _diagnostics.Dispose();
            foreach (var subscription in _subscriptions) subscription.Dispose();
            base.Dispose();
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name.StartsWith("HttpHandler", StringComparison.Ordinal)) _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value) => Heard.Add($"{value.Key} {value.Value}");

        public void OnCompleted()
        {
            // Nothing ends here.
        }

        public void OnError(Exception error) => Heard.Add(error.ToString());

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name.StartsWith("System.Net", StringComparison.Ordinal)) EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData) => Heard?.Add($"{eventData.EventName} {string.Join(' ', eventData.Payload ?? new([]))}");
    }
}
