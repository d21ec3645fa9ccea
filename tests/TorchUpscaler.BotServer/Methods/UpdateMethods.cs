using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TorchUpscaler.BotServer.Http;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Methods;

/// <summary>The calls that fetch updates, or have them posted.</summary>
internal sealed partial class UpdateMethods(ServerState state, Faults faults, WebhookSender webhook)
{
    private CancellationTokenSource? _poller;

    /// <summary>The updates as one JSON array; built as text, since an update may be no JSON at all.</summary>
    internal async Task<string> GetUpdates(Parameters parameters, CancellationToken aborted)
    {
        if (webhook.IsSet) throw new ApiError(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
        Allow(parameters);
        using var mine = new CancellationTokenSource();
        // Of two pollers the one that came first is sent away.
        Cancel(Interlocked.Exchange(ref _poller, mine));
        state.Updates.BeginPoll();
        try
        {
            return await Wait(parameters, mine.Token, aborted);
        }
        finally
        {
            state.Updates.EndPoll();
            Interlocked.CompareExchange(ref _poller, null, mine);
        }
    }

    internal JsonNode? SetWebhook(Parameters parameters)
    {
        var url = parameters.Text("url") ?? "";
        if (url.Length == 0) return DeleteWebhook(parameters);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != "https" && !address.IsLoopback)
            throw ApiError.BadRequest("bad webhook: An HTTPS URL must be provided for webhook");
        if (address.Host.StartsWith("10.", StringComparison.Ordinal)) throw ApiError.BadRequest($"bad webhook: IP address {address.Host} is reserved");
        var secret = parameters.Text("secret_token");
        if (secret is not null && !Secret().IsMatch(secret)) throw ApiError.BadRequest("secret token contains unallowed characters");
        Allow(parameters);
        if (parameters.Flag("drop_pending_updates")) state.Updates.Take(long.MaxValue, 1);
        webhook.Set(address, secret);
        Cancel(Interlocked.Exchange(ref _poller, null));
        return true;
    }

    internal JsonNode? DeleteWebhook(Parameters parameters)
    {
        webhook.Clear();
        if (parameters.Flag("drop_pending_updates")) state.Updates.Take(long.MaxValue, 1);
        return true;
    }

    private async Task<string> Wait(Parameters parameters, CancellationToken replaced, CancellationToken aborted)
    {
        var limit = (int)Math.Clamp(parameters.Number("limit") ?? 100, 1, 100);
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(Math.Clamp(parameters.Number("timeout") ?? 0, 0, 50));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(replaced, aborted);
        while (true)
        {
            var arrival = state.Updates.Arrival;
            var updates = state.Updates.Take(parameters.Number("offset") ?? 0, limit).ToList();
            if (updates.Count > 0 || DateTime.UtcNow >= until) return Answer(updates);
            await Task.WhenAny(arrival, Task.Delay(until - DateTime.UtcNow is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, either.Token));
            if (replaced.IsCancellationRequested)
                throw new ApiError(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
            aborted.ThrowIfCancellationRequested();
        }
    }

    private string Answer(List<(long Id, string Json)> updates)
    {
        foreach (var update in updates.ToList())
        {
            if (faults.Happens(Fault.DuplicatedUpdate, "getUpdates")) state.Updates.Repeat(update);
        }
        if (updates.Count > 1 && faults.Happens(Fault.ReorderedUpdates, "getUpdates")) faults.Shuffle(updates);
        return $"[{string.Join(',', updates.Select(update => update.Json))}]";
    }

    private void Allow(Parameters parameters)
    {
        if (parameters.Json("allowed_updates") is JsonArray kinds) state.Updates.Allow(kinds.Select(kind => (string)kind!));
    }

    private static void Cancel(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,256}$")]
    private static partial Regex Secret();
}
