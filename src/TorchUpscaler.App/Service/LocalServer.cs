using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>A small web server on one address, with bounds, which leaves signals to the program.</summary>
internal static class LocalServer
{
    private static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(10);

    /// <summary>Starts one.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="logs">The loggers.</param>
    /// <param name="mostConnections">At a time.</param>
    /// <param name="largestBody">Of a request, in bytes.</param>
    /// <param name="answer">Answers a request.</param>
    /// <param name="refusal">The sentence where the address is not to be had, from the system's reason.</param>
    /// <exception cref="InputException">The address is not to be had.</exception>
    internal static async Task<WebApplication> Start(
        IPEndPoint address, ILoggerFactory logs, int mostConnections, long largestBody, RequestDelegate answer, Func<string, string> refusal)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxConcurrentConnections = mostConnections;
            server.Limits.MaxRequestBodySize = largestBody;
            server.Limits.RequestHeadersTimeout = HeadersPatience;
            server.Listen(address);
        });
        var server = builder.Build();
        server.Run(answer);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await server.DisposeAsync();
            throw new InputException(refusal(error.GetBaseException().Message), error);
        }
    }

    // Signals are the program's own business.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
