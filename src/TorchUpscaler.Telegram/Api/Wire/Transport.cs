using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Sends the own client's calls over HTTP.</summary>
internal sealed class Transport : IDisposable
{
    private readonly Answers _answers;
    private readonly Tries _tries;
    private readonly TokenHandler _connections;
    private readonly HttpClient _client;

    internal Transport(BotApiOptions options, TimeProvider clock)
    {
        var secrets = new Secrets(options.Token);
        _answers = new Answers(secrets);
        _tries = new Tries(options, clock, secrets);
        _connections = HttpLine.Connections(options);
        _client = HttpLine.Client(_connections);
    }

    /// <summary>A call whose parameters go as JSON; see <see cref="Tries.Call"/>.</summary>
    /// <param name="method">The call's name.</param>
    /// <param name="request">Its parameters.</param>
    /// <param name="type">Of the parameters.</param>
    /// <param name="isRepeatable">Whether doing it twice does no harm.</param>
    /// <param name="wait">How long the server was asked to wait before it answers.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="doneBefore">The error by which a second try finds that the first has done it.</param>
    internal Task<ReadOnlyMemory<byte>> Call<T>(string method, T request, JsonTypeInfo<T> type, bool isRepeatable, TimeSpan wait,
        CancellationToken cancellation, BotError? doneBefore = null)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, type);
        return _tries.Call(method, isRepeatable, wait, doneBefore, cancel => Send(method, Content(), cancel), cancellation);

        HttpContent Content() => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
    }

    /// <summary>A call that sends files.</summary>
    /// <returns>The result's JSON.</returns>
    internal Task<ReadOnlyMemory<byte>> Upload<T>(string method, T request, JsonTypeInfo<T> type, IReadOnlyList<(string Part, OutgoingFile File)> files, CancellationToken cancellation)
    {
        var parameters = JsonSerializer.SerializeToElement(request, type);
        return _tries.Upload(method, files.Select(file => file.File), (moved, cancel) => Send(method, UploadContent.Build(parameters, files, moved), cancel), cancellation);
    }

    /// <summary>Copies a file's bytes to a stream.</summary>
    internal Task<long> Download(string path, Stream destination, long maximumBytes, CancellationToken cancellation) => _tries.Download(destination, async (moved, cancel) =>
    {
        using var response = await _client.GetAsync(_connections.File(path), HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode != HttpStatusCode.OK) throw Tries.NoFile((int)response.StatusCode);
        if (response.Content.Headers.ContentLength > maximumBytes) throw FileCopy.TooBig(maximumBytes);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        return await FileCopy.Copy(body, destination, maximumBytes, moved, cancel);
    }, cancellation);

    public void Dispose() => _client.Dispose();

    private async Task<ReadOnlyMemory<byte>> Send(string method, HttpContent content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _connections.Method(method)) { Content = content };
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return _answers.Result(method, (int)response.StatusCode, await Body(method, response, cancellation));
    }

    private static async Task<ReadOnlyMemory<byte>> Body(string method, HttpResponseMessage response, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await FileCopy.Copy(stream, body, HttpLine.MaximumAnswerBytes, _ => { }, cancellation, () => Tries.TooLong(method));
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
