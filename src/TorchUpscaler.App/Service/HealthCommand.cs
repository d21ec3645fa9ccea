using System.Net;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary><c>torchupscaler health</c>: asks a worker or a bot by its page <c>/healthz</c>, as a container's engine does from time to time.</summary>
/// <param name="listen">Where it serves the page, as its own setting says; null: nowhere.</param>
/// <param name="output">Standard output.</param>
internal sealed class HealthCommand(IPEndPoint? listen, TextWriter output)
{
    private const int LargestReport = 64 << 10; // bytes; ours has some hundred

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks, and shows the answer.</summary>
    /// <returns>The exit code: 0 only where the answer is that all is well.</returns>
    /// <exception cref="InputException">The setting <c>Listen</c> names no address that can be asked.</exception>
    /// <exception cref="IOException">Nobody answers there, or not as this program does.</exception>
    internal async Task<int> Run(CancellationToken cancellation)
    {
        var page = new Uri($"http://{Address()}/healthz");
        var (status, report) = await Ask(page, cancellation);
        if (status is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable))
            throw new IOException($"{page} answers with status {(int)status}, as no worker and no bot does; name the right address with --listen or --port");
        JsonLine.Write(output, Display.Text(report.Trim()), "the report");
        return status == HttpStatusCode.OK ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<(HttpStatusCode Status, string Report)> Ask(Uri page, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LargestReport };
        try
        {
            using var answer = await client.GetAsync(page, cancellation);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
        catch (HttpRequestException error)
        {
            throw new IOException($"{page} does not answer ({error.GetBaseException().Message.TrimEnd('.')}); is the worker or the bot running, with this address as its setting Listen?", error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{page} has not answered within {Patience.TotalSeconds:0} seconds", error);
        }
    }

    // Who listens on all addresses is asked on this machine's own.
    private IPEndPoint Address()
    {
        if (listen is null) throw new InputException("the setting Listen is off, so there is nobody to ask; name the address with --listen or --port");
        if (listen.Port == 0) throw new InputException("the setting Listen has port 0, which stands for any free one; name the one that the log tells with --port");
        if (listen.Address.Equals(IPAddress.Any)) return new IPEndPoint(IPAddress.Loopback, listen.Port);
        if (listen.Address.Equals(IPAddress.IPv6Any)) return new IPEndPoint(IPAddress.IPv6Loopback, listen.Port);
        return listen;
    }
}
