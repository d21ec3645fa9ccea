namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>
/// Puts the token into the address below everything that tells others about requests (the runtime's tracing and events), and
/// takes it out again above: nobody who sees a request or its answer sees the token.
/// </summary>
/// <param name="baseUrl">The server's address, of which only the host stands in the addresses above.</param>
/// <param name="token">The bot's token.</param>
/// <param name="standIn">What stands in its place above.</param>
/// <param name="inner">Sends the request.</param>
internal sealed class TokenHandler(Uri baseUrl, string token, string standIn, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Methods = "/bot", Files = "/file/bot";

    private readonly string _base = baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>The address without the token of a call.</summary>
    internal Uri Method(string method) => new(baseUrl, $"{Methods}{standIn}/{method}");

    /// <summary>The address without the token of a file.</summary>
    internal Uri File(string path) => new(baseUrl, $"{Files}{standIn}/{path}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var shown = request.RequestUri!;
        var path = shown.AbsolutePath;
        var kind = path.StartsWith($"{Files}{standIn}/", StringComparison.Ordinal) ? Files : Methods;
        request.RequestUri = new Uri($"{_base}{kind}{token}{path[(kind.Length + standIn.Length)..]}");
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
