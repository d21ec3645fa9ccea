using System.Net.Http.Headers;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>What calls go over, the same for each client.</summary>
internal static class HttpLine
{
    /// <summary>No answer is longer: a hundred updates of the longest texts have a third of it.</summary>
    internal const int MaximumAnswerBytes = 32 << 20;

    /// <summary>The connections to the server, which alone know the token.</summary>
    /// <param name="options">How the Bot API is reached.</param>
    /// <param name="standIn">What stands in the token's place above them.</param>
    internal static TokenHandler Connections(BotApiOptions options, string standIn = "") => new(options.ApiBaseUrl, options.Token, standIn, new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = options.ApiBaseUrl.Scheme == Uri.UriSchemeHttps && !options.ApiBaseUrl.IsLoopback, // in the clear the token is for the server alone
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // the address of a name may change
        ActivityHeadersPropagator = null, // no tracing below the token
    });

    /// <summary>A client over them, which owns them and sets no time limit of its own.</summary>
    internal static HttpClient Client(HttpMessageHandler connections) => new(connections)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = MaximumAnswerBytes,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("TorchUpscaler", "0.1") } },
    };
}
