using System.Net;
using System.Net.Http.Headers;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>
/// Downloads a file into <c>FILE.part</c>, goes on where an earlier download stopped, and checks its SHA-256. A file whose
/// hash nobody has pinned is always downloaded from its beginning, since two halves of different files would not be noticed.
/// A file of another hash is kept apart, see <see cref="WrongFile"/>.
/// </summary>
/// <param name="client">Sends the requests; see <see cref="CreateClient"/>.</param>
/// <param name="progress">Told how the download goes.</param>
/// <param name="patience">How long to wait for an answer or for more bytes.</param>
internal sealed class HttpFetcher(HttpClient client, TransferProgress progress, TimeSpan patience)
{
    private const int Attempts = 3;
    private const long MaximumBytes = 2L << 30;
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(10);

    /// <summary>A client that gives up early where nobody answers.</summary>
    internal static HttpClient CreateClient() => new(new SocketsHttpHandler { ConnectTimeout = s_connectPatience })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("TorchUpscaler", "0.1") } },
    };

    /// <summary>Downloads the source's file and returns the path of the finished <c>.part</c>, which the caller deletes after use.</summary>
    /// <exception cref="SourceFailedException">It cannot be had here, or is another file than the catalogue's.</exception>
    internal async Task<string> Fetch(CatalogueSource source, string folder, CancellationToken cancel)
    {
        var part = Path.Combine(folder, source.FileName + ".part");
        if (source.Sha256 is null) File.Delete(part);
        var resumed = File.Exists(part);
        if (resumed && HasRightHash(source, part, out var found, cancel)) return part;
        await Download(source, part, cancel);
        if (HasRightHash(source, part, out found, cancel)) return part;

        if (resumed)
        {
            // What lay there may have been of another file: once more from the beginning.
            File.Delete(part);
            await Download(source, part, cancel);
            if (HasRightHash(source, part, out found, cancel)) return part;
        }
        throw WrongFile.KeepApart(part, folder, source.FileName, found, source.Sha256!);
    }

    private async Task Download(CatalogueSource source, string part, CancellationToken cancel)
    {
        try
        {
            await using var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            await Download(source, file, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolFailureException(WriteFailure.Sentence(Display.Text(part), error), error);
        }
        finally
        {
            // Where nothing came, nothing is left.
            if (new FileInfo(part) is { Exists: true, Length: 0 }) File.Delete(part);
        }
    }

    private async Task Download(CatalogueSource source, FileStream file, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Transfer(source, file, cancel);
                progress.End();
                return;
            }
            catch (CutOffException error) when (attempt < Attempts)
            {
                progress.Line($"{source.FileName}: {error.Message}; going on from {file.Length} bytes");
            }
            catch (CutOffException error)
            {
                throw new SourceFailedException($"{error.Message} ({Attempts} times)", error);
            }
            finally
            {
                progress.End();
            }
        }
    }

    private async Task Transfer(CatalogueSource source, FileStream file, CancellationToken cancel)
    {
        using var response = await Ask(source, file, cancel);
        if (response is null) return;
        file.Seek(0, SeekOrigin.End);
        var total = response.Content.Headers.ContentLength is { } length ? file.Length + length : source.Bytes;
        RequireExpected(source, total ?? 0);

        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var chunk = new byte[1 << 16];
        while (await ReadSome(body, chunk, cancel) is var count and > 0)
        {
            RequireExpected(source, file.Length + count);
            await file.WriteAsync(chunk.AsMemory(0, count), cancel);
            progress.Report(source.FileName, file.Length, total);
        }
        await file.FlushAsync(cancel);
        if (total is not null && file.Length < total) throw new CutOffException($"the download stopped at {file.Length} of {total} bytes");
    }

    /// <summary>Asks for what is missing. Null where nothing is: an earlier download was complete.</summary>
    private async Task<HttpResponseMessage?> Ask(CatalogueSource source, FileStream file, CancellationToken cancel)
    {
        var have = file.Length;
        var response = await Send(source, have, cancel);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
        {
            var complete = response.Content.Headers.ContentRange?.Length == have;
            response.Dispose();
            if (complete) return null;
            response = await Send(source, have = 0, cancel);
        }
        if (!response.IsSuccessStatusCode)
        {
            var status = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
            response.Dispose();
            throw new SourceFailedException(status);
        }
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        if (!goesOn) file.SetLength(0);
        return response;
    }

    private async Task<HttpResponseMessage> Send(CatalogueSource source, long from, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source.Url);
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException error)
        {
            throw new SourceFailedException($"no connection: {error.Message}", error);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new SourceFailedException($"no answer within {patience.TotalSeconds:0} s", error);
        }
    }

    private async Task<int> ReadSome(Stream body, byte[] chunk, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            return await body.ReadAsync(chunk, limit.Token);
        }
        catch (IOException error)
        {
            throw new CutOffException("the connection broke off", error);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new CutOffException($"nothing came for {patience.TotalSeconds:0} s", error);
        }
    }

    private static void RequireExpected(CatalogueSource source, long bytes)
    {
        var limit = source.Bytes ?? MaximumBytes;
        if (bytes > limit) throw new SourceFailedException($"the file has more than the {limit} bytes that are expected");
    }

    private static bool HasRightHash(CatalogueSource source, string part, out string found, CancellationToken cancel)
    {
        using var file = InputFile.Open(part);
        found = file.Sha256(cancel);
        return source.Sha256 is null || found == source.Sha256;
    }

    /// <summary>A download ended early; what has come is kept and the rest can be asked for.</summary>
    private sealed class CutOffException(string message, Exception? inner = null) : Exception(message, inner);
}
