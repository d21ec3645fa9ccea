using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>How a server on the loopback answers one request.</summary>
/// <param name="Status">The status line's code and reason.</param>
/// <param name="Body">What is sent.</param>
internal sealed record Answer(string Status, byte[] Body)
{
    /// <summary>The length that is announced, where it is not the body's; what is missing is cut off.</summary>
    public long? AnnouncedLength { get; init; }

    /// <summary>The Content-Range header.</summary>
    public string? Range { get; init; }

    /// <summary>Whether to fall silent after the body instead of closing the connection.</summary>
    public bool Hangs { get; init; }
}

/// <summary>A bare HTTP server on the loopback that answers one request after the other from a list and notes what was asked.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Answer> _answers;
    private readonly Task _serving;

    internal LoopbackServer(params Answer[] answers)
    {
        _answers = new Queue<Answer>(answers);
        _listener.Start();
        _serving = Serve();
    }

    internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/files/model.pth");

    /// <summary>The Range header of each request; empty where it had none.</summary>
    internal List<string> Ranges { get; } = [];

    internal int Unused => _answers.Count;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _serving.Wait();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (_answers.TryDequeue(out var answer))
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                await Note(stream);
                await Send(stream, answer);
                if (answer.Hangs) await Task.Delay(Timeout.Infinite, _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
        {
            // The test is over, or its client went away.
        }
    }

    private async Task Note(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var range = "";
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            if (line.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase)) range = line["Range: ".Length..];
        Ranges.Add(range);
    }

    private async Task Send(NetworkStream stream, Answer answer)
    {
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.AnnouncedLength ?? answer.Body.Length}\r\n")
            .Append("Connection: close\r\n");
        if (answer.Range is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Range: {answer.Range}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}\r\n"), _stop.Token);
        await stream.WriteAsync(answer.Body, _stop.Token);
    }
}
