namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>
/// Puts the token into the address below everything that tells others about requests (the runtime's tracing and events), and
/// takes it out again above: nobody who sees a request or its answer sees the token.
/// </summary>
/// <param name="baseUrl">The server's address.</param>
/// <param name="token">The bot's token.</param>
/// <param name="inner">Sends the request.</param>
internal sealed class TokenHandler(Uri baseUrl, string token, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly string _base = baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>The address without the token of a call.</summary>
    internal Uri Method(string method) => new($"{_base}/bot/{method}");

    /// <summary>The address without the token of a file.</summary>
    internal Uri File(string path) => new($"{_base}/file/bot/{path}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var shown = request.RequestUri!;
        var path = shown.AbsoluteUri[_base.Length..];
        var (before, after) = path.StartsWith("/file/bot/", StringComparison.Ordinal) ? ("/file/bot", path["/file/bot".Length..]) : ("/bot", path["/bot".Length..]);
        request.RequestUri = new Uri($"{_base}{before}{token}{after}");
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = shown;
        }
    }
}
