using System.Net;
using System.Net.Http.Json;
using System.Runtime.ExceptionServices;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Api.Wire;
using Library = global::Telegram.Bot;

namespace TorchUpscaler.Telegram.Full;

/// <summary>
/// Sends calls by Telegram.Bot, under the rules of every client here: which tries, how long, and what goes wrong in which words. The
/// library never has the token, and does not read the answers: its event hands them on as they come.
/// </summary>
internal sealed class LibraryTransport : IDisposable
{
    /// <summary>What the library takes for the token.</summary>
    internal const string StandIn = "0:token";

    private static readonly byte[] s_read = "{\"ok\":true,\"result\":true}"u8.ToArray();

    private readonly Answers _answers;
    private readonly Tries _tries;
    private readonly HttpClient _client;
    private readonly Library.TelegramBotClient _bot;

    internal LibraryTransport(BotApiOptions options, TimeProvider clock)
    {
        var secrets = new Secrets(options.Token);
        _answers = new Answers(secrets);
        _tries = new Tries(options, clock, secrets);
        _client = HttpLine.Client(new FilesOnly(HttpLine.Connections(options, StandIn)));
        // Its own tries after "too many requests" would come on top of the scheduler's.
        var settings = new Library.TelegramBotClientOptions(StandIn, options.ApiBaseUrl.GetLeftPart(UriPartial.Authority)) { RetryCount = 0, RetryThreshold = 0 };
        _bot = new Library.TelegramBotClient(settings, _client);
        _bot.OnMakingApiRequest += Measure;
        _bot.OnApiResponseReceived += Keep;
    }

    /// <summary>A call without files; see <see cref="Tries.Call"/>.</summary>
    internal Task<ReadOnlyMemory<byte>> Call(Library.Requests.Abstractions.IRequest request, bool isRepeatable, TimeSpan wait, BotError? doneBefore, CancellationToken cancellation) =>
        _tries.Call(request.MethodName, isRepeatable, wait, doneBefore, cancel => Send(request, cancel), cancellation);

    /// <summary>A call that sends files.</summary>
    /// <param name="files">The files.</param>
    /// <param name="request">Makes the request, anew for each try, with what the library makes of each file.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The result's JSON.</returns>
    internal Task<ReadOnlyMemory<byte>> Call(IReadOnlyList<OutgoingFile> files, Func<Func<OutgoingFile, Library.Types.InputFile>, Library.Requests.Abstractions.IRequest> request, CancellationToken cancellation)
    {
        var named = request(file => new Library.Types.InputFileId(file.FileId ?? ""));
        var here = files.Where(file => file.Path is not null).ToList();
        return here.Count == 0
            ? Call(named, isRepeatable: false, TimeSpan.Zero, doneBefore: null, cancellation)
            : _tries.Upload(named.MethodName, here, (moved, cancel) => Upload(request, moved, cancel), cancellation);
    }

    /// <summary>Copies a file's bytes to a stream.</summary>
    internal Task<long> Download(string path, Stream destination, long maximumBytes, CancellationToken cancellation) => _tries.Download(destination, async (moved, cancel) =>
    {
        await using var bounded = new BoundedStream(destination, maximumBytes, moved);
        try
        {
            // The library refuses a path of one letter; in an address this is the same one.
            await Plainly(() => _bot.DownloadFile("./" + path, bounded, cancel));
        }
        catch (Exception error) when (error is not OperationCanceledException && bounded.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return bounded.Count;
    }, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<ReadOnlyMemory<byte>> Upload(Func<Func<OutgoingFile, Library.Types.InputFile>, Library.Requests.Abstractions.IRequest> request, Action<int> moved, CancellationToken cancellation)
    {
        var opened = new List<Stream>();
        try
        {
            return await Send(request(Open), cancellation);
        }
        finally
        {
            foreach (var stream in opened) await stream.DisposeAsync();
        }

        Library.Types.InputFile Open(OutgoingFile file)
        {
            if (file.FileId is { } known) return new Library.Types.InputFileId(known);
            opened.Add(UploadStream.Open(file, moved));
            return new Library.Types.InputFileStream(opened[^1], file.Name);
        }
    }

    private async Task<ReadOnlyMemory<byte>> Send(Library.Requests.Abstractions.IRequest request, CancellationToken cancellation)
    {
        var raw = new RawRequest(request);
        await Plainly(() => _bot.SendRequest(raw, cancellation));
        return raw.Result;
    }

    // The library wraps what went wrong below it.
    private static async Task Plainly(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Library.Exceptions.RequestException error) when (error.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }

    // A body whose length is not said goes in pieces. The library avoids that only where it makes tries of its own.
    private static async ValueTask Measure(Library.ITelegramBotClient bot, Library.Args.ApiRequestEventArgs request, CancellationToken cancellation)
    {
        if (request.HttpRequestMessage?.Content is JsonContent json) await json.LoadIntoBufferAsync(cancellation);
    }

    // Keeps the result, or throws what the answer means; what the library gets to read then is nothing but that it was read.
    private async ValueTask Keep(Library.ITelegramBotClient bot, Library.Args.ApiResponseEventArgs answer, CancellationToken cancellation)
    {
        var (request, response) = ((RawRequest)answer.ApiRequestEventArgs.Request, answer.ResponseMessage);
        request.Result = _answers.Result(request.MethodName, (int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation));
        response.StatusCode = HttpStatusCode.OK;
        response.Content.Dispose();
        response.Content = new ByteArrayContent(s_read);
    }

    /// <summary>Where a file was asked for and something else comes, says what that means before the library reads it without bounds.</summary>
    private sealed class FilesOnly(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.Method != HttpMethod.Get || response.StatusCode == HttpStatusCode.OK) return response;
            using (response) throw Tries.NoFile((int)response.StatusCode);
        }
    }
}
