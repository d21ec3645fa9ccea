using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Service;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Intake;

namespace TorchUpscaler.App.Bot;

/// <summary>Takes the updates that Telegram posts. 200 is answered only after an update has been stored; what does not know the secret gets 404.</summary>
/// <param name="inbox">Where they come in.</param>
/// <param name="logs">The loggers.</param>
internal sealed partial class WebhookServer(UpdateInbox inbox, ILoggerFactory logs) : IAsyncDisposable
{
    private const string SecretHeader = "X-Telegram-Bot-Api-Secret-Token";
    private const int LargestUpdate = 1 << 20; // bytes; Telegram's are far smaller
    private const int MostConnections = 100;

    private readonly ILogger _log = logs.CreateLogger<WebhookServer>();
    private readonly byte[] _secret = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true));
    private WebApplication? _server;

    /// <summary>What Telegram has to say with each post. New for each process.</summary>
    internal string Secret => Encoding.ASCII.GetString(_secret);

    /// <summary>Where it listens.</summary>
    internal Uri Address => new(_server!.Urls.First());

    /// <summary>Begins to listen.</summary>
    /// <exception cref="InputException">The address is not to be had.</exception>
    internal async Task Start(IPEndPoint address)
    {
        if (_server is not null) return; // this process talks once more
        _server = await LocalServer.Start(address, logs, MostConnections, LargestUpdate, Answer, reason =>
            $"the setting Bot:WebhookListen: nothing can be served at {address} ({reason}); choose another address");
        LogListening(Address);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        context.Response.StatusCode = await Take(context.Request, context.RequestAborted);
    }

    private async Task<int> Take(HttpRequest request, CancellationToken aborted)
    {
        if (!HttpMethods.IsPost(request.Method) || !IsTelegram(request)) return StatusCodes.Status404NotFound;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, aborted);
            if (UpdateReader.Read(body.ToArray()) is not { } update)
            {
                // Refused, it would be posted again and again.
                LogUnreadable();
                return StatusCodes.Status200OK;
            }
            await inbox.Add([update], aborted);
            return StatusCodes.Status200OK;
        }
        catch (BadHttpRequestException error)
        {
            return error.StatusCode;
        }
        catch (StoreUnavailableException error)
        {
            LogNotStored(error.Message);
            return StatusCodes.Status503ServiceUnavailable;
        }
    }

    private bool IsTelegram(HttpRequest request) =>
        request.Headers[SecretHeader] is [{ } said] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), _secret);

    [LoggerMessage(LogLevel.Information, "Telegram's posts are taken at {Address}")]
    private partial void LogListening(Uri address);

    [LoggerMessage(LogLevel.Warning, "Telegram has posted something that is no update")]
    private partial void LogUnreadable();

    [LoggerMessage(LogLevel.Warning, "An update is not taken now, and posted again later: {Reason}")]
    private partial void LogNotStored(string reason);
}
