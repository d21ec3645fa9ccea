using Microsoft.AspNetCore.Http;

namespace TorchUpscaler.Telegram.Tests;

/// <summary>An address that takes updates, or does not.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _taken = [];
    private readonly List<string> _secrets = [];
    private readonly SemaphoreSlim _arrival = new(0);
    private LoopbackWeb _web = null!;
    private int _toRefuse;

    internal Uri Address => _web.Address;

    /// <summary>The updates that were taken.</summary>
    internal IReadOnlyList<byte[]> Taken
    {
        get
        {
            lock (_gate) return [.. _taken];
        }
    }

    internal IReadOnlyList<string> Secrets
    {
        get
        {
            lock (_gate) return [.. _secrets];
        }
    }

    internal static async Task<Hook> Start()
    {
        var hook = new Hook();
        hook._web = await LoopbackWeb.Start(hook.Take);
        return hook;
    }

    internal void RefuseNext(int times) => Interlocked.Add(ref _toRefuse, times);

    internal async Task WaitFor(int updates)
    {
        for (var i = 0; i < updates; i++) Assert.True(await _arrival.WaitAsync(TimeSpan.FromSeconds(60)), "an update did not come");
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _arrival.Dispose();
    }

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        lock (_gate) _secrets.Add(context.Request.Headers["X-Telegram-Bot-Api-Secret-Token"].ToString());
        if (Interlocked.Decrement(ref _toRefuse) >= 0)
        {
            context.Response.StatusCode = 503;
            return;
        }
        lock (_gate) _taken.Add(body.ToArray());
        _arrival.Release();
    }
}
