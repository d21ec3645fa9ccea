using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace TorchUpscaler.Telegram.Tests;

/// <summary>An HTTP server on the loopback that answers as the test says.</summary>
internal sealed class LoopbackWeb : IAsyncDisposable
{
    private readonly WebApplication _web;

    private LoopbackWeb(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        _web = builder.Build();
        _web.Run(answer);
    }

    internal Uri Address { get; private set; } = null!;

    internal static async Task<LoopbackWeb> Start(RequestDelegate answer)
    {
        var web = new LoopbackWeb(answer);
        await web._web.StartAsync();
        web.Address = new Uri(web._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return web;
    }

    /// <summary>One that answers everything alike.</summary>
    internal static Task<LoopbackWeb> Start(int status, byte[] body) => Start(async context =>
    {
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(body);
    });

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource(TimeSpan.Zero)) await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
    }
}
