using System.Text;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Methods;

/// <summary>Posts updates to the bot's address, one after the other, each until it is taken.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly ServerState _state;
    private readonly Faults _faults;
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sending;
    private volatile Target? _target;
    private int _refused;

    internal WebhookSender(ServerState state, Faults faults)
    {
        (_state, _faults) = (state, faults);
        _sending = Task.Run(SendAll);
    }

    /// <summary>Where posts arrive, whatever the address: what ends TLS before the bot. Null: at the address.</summary>
    internal Uri? Proxy { get; set; }

    internal bool IsSet => _target is not null;

    /// <summary>How often the address has not taken an update.</summary>
    internal int Refused => Volatile.Read(ref _refused);

    internal void Set(Uri address, string? secret)
    {
        _target = new Target(address, secret);
        _state.Updates.Wake();
    }

    internal void Clear() => _target = null;

    public void Dispose()
    {
        _stop.Cancel();
        _sending.Wait();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task SendAll()
    {
        try
        {
            var next = 0L;
            while (true)
            {
                var arrival = _state.Updates.Arrival;
                var target = _target;
                if (target is null || _state.Updates.Take(next, 1) is not [var update, ..])
                {
                    await arrival.WaitAsync(_stop.Token);
                    continue;
                }
                if (!await Post(target, update.Json))
                {
                    Interlocked.Increment(ref _refused);
                    await Task.Delay(_state.Options.WebhookRetryDelay, _stop.Token);
                    if (update.Id < next) _state.Updates.Repeat(update);
                    continue;
                }
                if (_faults.Happens(Fault.DuplicatedUpdate, "webhook")) _state.Updates.Repeat(update);
                next = Math.Max(next, update.Id + 1);
                _state.Updates.Take(next, 0);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task<bool> Post(Target target, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Proxy ?? target.Address);
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (target.Secret is not null) request.Headers.Add("X-Telegram-Bot-Api-Secret-Token", target.Secret);
        try
        {
            using var response = await _client.SendAsync(request, _stop.Token);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private sealed record Target(Uri Address, string? Secret);
}
