using Polly;
using Polly.Retry;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>
/// Makes the tries of a call: each with a time limit, and another one where that is of use and does no harm. Whatever goes wrong
/// comes out as <see cref="BotApiException"/>, without the token.
/// </summary>
internal sealed class Tries
{
    /// <summary>Bytes a second that a local Bot API server passes on at least.</summary>
    private const double PassingOnRate = 256 << 10;

    /// <summary>What a slow line, of 32 KB a second, takes for the 4 MB that the system holds for a connection.</summary>
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(128);

    private readonly BotApiOptions _options;
    private readonly TimeProvider _clock;
    private readonly Secrets _secrets;
    private readonly ResiliencePipeline _repeatable;
    private readonly ResiliencePipeline _once;

    internal Tries(BotApiOptions options, TimeProvider clock, Secrets secrets)
    {
        (_options, _clock, _secrets) = (options, clock, secrets);
        _repeatable = Retrying(error => error.Error is BotError.Unavailable or BotError.InvalidAnswer);
        _once = Retrying(error => error.Error is BotError.Unavailable && !error.MayHaveHappened);
    }

    /// <summary>A call without files.</summary>
    /// <param name="method">The call's name.</param>
    /// <param name="isRepeatable">Whether doing it twice does no harm.</param>
    /// <param name="wait">How long the server was asked to wait before it answers.</param>
    /// <param name="doneBefore">The error by which a second try finds that the first has done it, its answer being lost.</param>
    /// <param name="send">One try.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The result's JSON; empty where a lost answer had it.</returns>
    internal async Task<ReadOnlyMemory<byte>> Call(string method, bool isRepeatable, TimeSpan wait, BotError? doneBefore,
        Func<CancellationToken, Task<ReadOnlyMemory<byte>>> send, CancellationToken cancellation)
    {
        var tries = 0;
        try
        {
            return await Run(isRepeatable ? _repeatable : _once, method, _options.AnswerTimeout + wait, guard =>
            {
                tries++;
                return send(guard.Token);
            }, cancellation);
        }
        catch (BotApiException error) when (tries > 1 && error.Error == doneBefore)
        {
            return ReadOnlyMemory<byte>.Empty;
        }
    }

    /// <summary>A call that sends files.</summary>
    /// <param name="method">The call's name.</param>
    /// <param name="files">The files.</param>
    /// <param name="send">One try; says of each number of bytes that it has sent them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The result's JSON.</returns>
    internal async Task<ReadOnlyMemory<byte>> Upload(string method, IEnumerable<OutgoingFile> files,
        Func<Action<int>, CancellationToken, Task<ReadOnlyMemory<byte>>> send, CancellationToken cancellation)
    {
        var (bytes, sent) = (files.Sum(LengthOf), 0L);
        // The last bytes are taken by the system long before they have arrived, and a local server answers when it has passed them on.
        var patience = _options.StallTimeout + s_drainTime + _options.AnswerTimeout + TimeSpan.FromSeconds(bytes / PassingOnRate);
        try
        {
            return await Run(_once, method, patience, guard =>
            {
                sent = 0;
                return send(Moved, guard.Token);

                void Moved(int count)
                {
                    sent += count;
                    guard.Moved();
                }
            }, cancellation);
        }
        catch (BotApiException error) when (error is { Error: BotError.Unavailable, MayHaveHappened: true } && sent < bytes)
        {
            throw new BotApiException(error.Error, error.Message, error) { MayHaveHappened = true, IsBrokenUpload = true };
        }
    }

    /// <summary>Copies a file's bytes to a stream.</summary>
    /// <param name="destination">Begun again where it stood, if it can seek, after a copy that broke off.</param>
    /// <param name="copy">One try; says of each number of bytes that it has written them.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task<long> Download(Stream destination, Func<Action<int>, CancellationToken, Task<long>> copy, CancellationToken cancellation)
    {
        var begin = destination.CanSeek ? destination.Position : 0;
        var written = 0L;
        return await Run(_repeatable, "the download", _options.StallTimeout, guard =>
        {
            if (written > 0) written = StartAgain(destination, begin);
            return copy(Moved, guard.Token);

            void Moved(int count)
            {
                written += count;
                guard.Moved();
            }
        }, cancellation);
    }

    /// <summary>The error that an HTTP status stands for where a file was to come.</summary>
    internal static BotApiException NoFile(int status) => status switch
    {
        401 => new(BotError.Unavailable, "the Bot API server does not let the download in; if the token was revoked, the next call says so"),
        429 => new(BotError.TooManyRequests, "the Bot API server has had too many requests (the download)") { RetryAfter = TimeSpan.FromSeconds(1) },
        >= 500 => new(BotError.Unavailable, $"the Bot API server answered the download with {status}"),
        _ => new(BotError.WrongFile, $"the Bot API server has no such file ({status}); its path is good for an hour only"),
    };

    /// <summary>The error of an answer that goes on and on.</summary>
    internal static BotApiException TooLong(string what) =>
        new(BotError.InvalidAnswer, $"the answer to {what} is too long for a Bot API server's") { MayHaveHappened = true };

    private async Task<T> Run<T>(ResiliencePipeline tries, string what, TimeSpan patience, Func<StallGuard, Task<T>> action, CancellationToken cancellation) =>
        await tries.ExecuteAsync(async cancel => await Guarded(what, patience, action, cancel), cancellation);

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
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw TooLong(what);
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

    // Where it is gone, opening it says so.
    private static long LengthOf(OutgoingFile file) => new FileInfo(file.Path!) is { Exists: true } info ? info.Length : 0;

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
