using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Prometheus;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>The worker's two pages for those who watch it: <c>/healthz</c> and <c>/metrics</c>.</summary>
/// <param name="health">Says how the worker is.</param>
/// <param name="metrics">The metrics.</param>
/// <param name="logs">The loggers.</param>
internal sealed partial class Monitoring(Health health, MetricsPage metrics, ILoggerFactory logs) : IAsyncDisposable
{
    private const int MostConnections = 50;

    private readonly ILogger _log = logs.CreateLogger<Monitoring>();
    private WebApplication? _server;

    /// <summary>Begins to answer.</summary>
    /// <exception cref="InputException">The address is not to be had.</exception>
    internal async Task Start(IPEndPoint address)
    {
        _server = await LocalServer.Start(address, logs, MostConnections, largestBody: 0, Answer, reason =>
            $"the setting Listen: nothing can be served at {address} ({reason}); choose another address with --listen or --port, or --listen off");
        var served = _server.Urls.First();
        Listening(served);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var isQuestion = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (!isQuestion) context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        else if (context.Request.Path == "/healthz") await AnswerHealth(context.Response);
        else if (context.Request.Path == "/metrics") await AnswerMetrics(context.Response, context.RequestAborted);
        else context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task AnswerHealth(HttpResponse response)
    {
        var (isWell, report) = await health.Report();
        response.StatusCode = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.ContentType = "application/json; charset=utf-8";
        await response.WriteAsync(report + "\n");
    }

    private async Task AnswerMetrics(HttpResponse response, CancellationToken aborted)
    {
        response.ContentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;
        using var page = new MemoryStream();
        await metrics.Write(page, aborted);
        await response.Body.WriteAsync(page.GetBuffer().AsMemory(0, (int)page.Length), aborted);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Health and metrics: {Address}/healthz, {Address}/metrics")]
    private partial void Listening(string address);
}
