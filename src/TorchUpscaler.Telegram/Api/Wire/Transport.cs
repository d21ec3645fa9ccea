using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Sends calls, tries again what can be tried again, and turns whatever goes wrong into <see cref="BotApiException"/>.</summary>
internal sealed class Transport : IDisposable
{
    /// <summary>No answer is longer: a hundred updates of the longest texts have a third of it.</summary>
    internal const int MaximumAnswerBytes = 32 << 20;

    /// <summary>Bytes a second that a local Bot API server passes on at least.</summary>
    private const double PassingOnRate = 256 << 10;

    /// <summary>What a slow line, of 32 KB a second, takes for the 4 MB that the system holds for a connection.</summary>
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(128);

    private readonly BotApiOptions _options;
    private readonly TimeProvider _clock;
    private readonly Answers _answers;
    private readonly Secrets _secrets;
    private readonly TokenHandler _tokens;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline _repeatable;
    private readonly ResiliencePipeline _once;

    internal Transport(BotApiOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _secrets = new Secrets(options.Token);
        _answers = new Answers(_secrets);
        _tokens = new TokenHandler(options.ApiBaseUrl, options.Token, new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.ApiBaseUrl.Scheme == Uri.UriSchemeHttps && !options.ApiBaseUrl.IsLoopback, // in the clear the token is for the server alone
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // the address of a name may change
            ActivityHeadersPropagator = null, // no tracing below the token
        });
        _client = new HttpClient(_tokens)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("TorchUpscaler", "0.1") } },
        };
        _repeatable = Retrying(error => error.Error is BotError.Unavailable or BotError.InvalidAnswer);
        _once = Retrying(error => error.Error is BotError.Unavailable && !error.MayHaveHappened);
    }

    /// <summary>A call whose parameters go as JSON.</summary>
    /// <param name="method">The call's name.</param>
    /// <param name="request">Its parameters.</param>
    /// <param name="type">Of the parameters.</param>
    /// <param name="isRepeatable">Whether doing it twice does no harm.</param>
    /// <param name="wait">How long the server was asked to wait before it answers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="doneBefore">The error by which a second try finds that the first has done it, its answer being lost.</param>
    /// <returns>The result's JSON; empty where a lost answer had it.</returns>
    internal async Task<ReadOnlyMemory<byte>> Call<T>(string method, T request, JsonTypeInfo<T> type, bool isRepeatable, TimeSpan wait,
        CancellationToken cancellation, BotError? doneBefore = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, type);
        var tries = 0;
        try
        {
            return await Send(method, Content, isRepeatable, _options.AnswerTimeout + wait, cancellation);
        }
        catch (BotApiException error) when (tries > 1 && error.Error == doneBefore)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        HttpContent Content(StallGuard guard)
        {
            tries++;
            return new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }
    }

    /// <summary>A call that sends files.</summary>
    /// <returns>The result's JSON.</returns>
    internal async Task<ReadOnlyMemory<byte>> Upload<T>(string method, T request, JsonTypeInfo<T> type, IReadOnlyList<(string Part, OutgoingFile File)> files, CancellationToken cancellation)
    {
        var parameters = JsonSerializer.SerializeToElement(request, type);
        var (bytes, sent) = (files.Sum(file => LengthOf(file.File)), 0L);
        // The last bytes are taken by the system long before they have arrived, and a local server answers when it has passed them on.
        var patience = _options.StallTimeout + s_drainTime + _options.AnswerTimeout + TimeSpan.FromSeconds(bytes / PassingOnRate);
        try
        {
            return await Send(method, Content, isRepeatable: false, patience, cancellation);
        }
        catch (BotApiException error) when (error is { Error: BotError.Unavailable, MayHaveHappened: true } && sent < bytes)
        {
            throw new BotApiException(error.Error, error.Message, error) { MayHaveHappened = true, IsBrokenUpload = true };
        }

        HttpContent Content(StallGuard guard)
        {
            sent = 0;
            return UploadContent.Build(parameters, files, count =>
            {
                sent += count;
                guard.Moved();
            });
        }
    }

    // Where it is gone, opening it says so.
    private static long LengthOf(OutgoingFile file) => new FileInfo(file.Path!) is { Exists: true } info ? info.Length : 0;

    /// <summary>Copies a file's bytes to a stream.</summary>
    internal async Task<long> Download(string path, Stream destination, long maximumBytes, CancellationToken cancellation)
    {
        var begin = destination.CanSeek ? destination.Position : 0;
        var written = 0L;
        return await _repeatable.ExecuteAsync(async cancel =>
        {
            if (written > 0) written = StartAgain(destination, begin);
            return await Guarded("the download", _options.StallTimeout, async guard =>
            {
                using var response = await _client.GetAsync(_tokens.File(path), HttpCompletionOption.ResponseHeadersRead, guard.Token);
                if (response.StatusCode != HttpStatusCode.OK) throw NoFile((int)response.StatusCode);
                if (response.Content.Headers.ContentLength > maximumBytes) throw FileCopy.TooBig(maximumBytes);
                await using var body = await response.Content.ReadAsStreamAsync(guard.Token);
                return await FileCopy.Copy(body, destination, maximumBytes, count =>
                {
                    written += count;
                    guard.Moved();
                }, guard.Token);
            }, cancel);
        }, cancellation);
    }

    public void Dispose() => _client.Dispose();

    private async Task<ReadOnlyMemory<byte>> Send(string method, Func<StallGuard, HttpContent> content, bool isRepeatable, TimeSpan patience, CancellationToken cancellation) =>
        await (isRepeatable ? _repeatable : _once).ExecuteAsync(async cancel => await Guarded(method, patience, async guard =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _tokens.Method(method));
            request.Content = content(guard);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, guard.Token);
            return _answers.Result(method, (int)response.StatusCode, await Body(method, response, guard.Token));
        }, cancel), cancellation);

    private static async Task<ReadOnlyMemory<byte>> Body(string method, HttpResponseMessage response, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await FileCopy.Copy(stream, body, MaximumAnswerBytes, _ => { }, cancellation,
            () => new BotApiException(BotError.InvalidAnswer, $"the answer to {method} is too long for a Bot API server's") { MayHaveHappened = true });
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <summary>Does something with a time limit. What goes wrong comes out as <see cref="BotApiException"/>, without the token.</summary>
    private async Task<T> Guarded<T>(string what, TimeSpan patience, Func<StallGuard, Task<T>> action, CancellationToken cancellation)
    {
        using var guard = new StallGuard(patience, _clock, cancellation);
        try
        {
            return await action(guard);
        }
        catch (OperationCanceledException) when (guard.HasStalled)
        {
            throw new BotApiException(BotError.Unavailable, $"the Bot API server did not answer in time ({what})") { MayHaveHappened = true };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Nobody cancelled it: the connection did not come about in time.
            throw new BotApiException(BotError.Unavailable, $"the Bot API server cannot be reached in time ({what})");
        }
        catch (HttpRequestException error)
        {
            throw new BotApiException(BotError.Unavailable, $"the Bot API server cannot be reached ({what}): {_secrets.Hide(Reason(error))}") { MayHaveHappened = !IsBeforeSending(error) };
        }
        catch (BrokenSourceException)
        {
            throw new BotApiException(BotError.Unavailable, $"the Bot API server broke off ({what})") { MayHaveHappened = true };
        }
    }

    private static string Reason(HttpRequestException error) => error.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name is not known",
        HttpRequestError.ConnectionError => error.InnerException is System.Net.Sockets.SocketException socket ? socket.Message : "no connection",
        HttpRequestError.SecureConnectionError => "no secure connection",
        HttpRequestError.ProxyTunnelError => "the proxy refuses",
        HttpRequestError.ResponseEnded => "it broke off",
        HttpRequestError.InvalidResponse => "its answer is not HTTP",
        _ => "the connection broke",
    };

    private static bool IsBeforeSending(HttpRequestException error) => error.HttpRequestError is HttpRequestError.NameResolutionError
        or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static BotApiException NoFile(int status) => status switch
    {
        401 => new(BotError.Unavailable, "the Bot API server does not let the download in; if the token was revoked, the next call says so"),
        429 => new(BotError.TooManyRequests, "the Bot API server has had too many requests (the download)") { RetryAfter = TimeSpan.FromSeconds(1) },
        >= 500 => new(BotError.Unavailable, $"the Bot API server answered the download with {status}"),
        _ => new(BotError.WrongFile, $"the Bot API server has no such file ({status}); its path is good for an hour only"),
    };

    private static long StartAgain(Stream destination, long begin)
    {
        if (!destination.CanSeek) throw new BotApiException(BotError.Unavailable, "the download broke off") { MayHaveHappened = true };
        destination.Position = begin;
        destination.SetLength(begin);
        return 0;
    }

    private ResiliencePipeline Retrying(Func<BotApiException, bool> isWorthIt)
    {
        if (_options.Retries == 0) return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder { TimeProvider = _clock }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is BotApiException error && isWorthIt(error)),
            MaxRetryAttempts = _options.Retries,
            Delay = _options.RetryDelay,
            MaxDelay = TimeSpan.FromSeconds(10),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        }).Build();
    }
}
