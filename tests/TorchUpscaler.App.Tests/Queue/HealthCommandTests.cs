using System.Net;
using System.Net.Sockets;
using System.Text;
using TorchUpscaler.App.Service;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary><c>torchupscaler health</c>: what a container's engine hears of the worker in it.</summary>
[Collection(ProgramTests.Name)]
public sealed class HealthCommandTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitFailed = 1, ExitRefused = 2;

    private readonly QueueBench _bench = new();

    [Fact]
    public void A_worker_that_works_is_well_and_one_without_a_model_is_not_and_one_that_has_ended_does_not_answer()
    {
        string address;
        using (var worker = new WorkerProcess(_bench.Folder, models.Folder, "--port", "0"))
        {
            address = worker.Served()["http://".Length..];
            var well = ProgramRun.Of("health", "--listen", address).ExitedWith(ExitDone);
            Assert.Equal("ok", QueueBench.Json(Assert.Single(well.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).GetProperty("status").GetString());
            Assert.Equal(ExitDone, worker.Stop().ExitCode);
        }
        ProgramRun.Of("health", "--listen", address).ExitedWith(ExitFailed).SaidOneSentence($"http://{address}/healthz does not answer", "is the worker or the bot running");
    }

    [Fact]
    public void One_that_is_unhealthy_says_why_and_the_exit_code_says_so()
    {
        _bench.Submit(_bench.Picture("cat.png"));
        using var worker = new WorkerProcess(_bench.Folder, _bench.Folder, "--port", "0");
        worker.WaitFor(() => worker.Get("/healthz").Status == HttpStatusCode.ServiceUnavailable);

        var ill = ProgramRun.Of("health", "--port", new Uri(worker.Served()).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)).ExitedWith(ExitFailed);

        Assert.Equal("unhealthy", QueueBench.Json(ill.Output).GetProperty("status").GetString());
        Assert.Empty(ill.Errors.Trim());
    }

    [Theory]
    [InlineData("off", "the setting Listen is off")]
    [InlineData("127.0.0.1:0", "has port 0")]
    public void An_address_that_cannot_be_asked_is_refused(string listen, string sentence) =>
        ProgramRun.Of("health", "--listen", listen).ExitedWith(ExitRefused).SaidOneSentence(sentence, "--port");

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    public async Task Who_listens_everywhere_is_asked_on_this_machine(string address)
    {
        using var server = new OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"status\":\"ok\"}\n");
        using var output = new StringWriter();

        Assert.Equal(ExitDone, await new HealthCommand(new IPEndPoint(IPAddress.Parse(address), server.Port), output).Run(CancellationToken.None));
        Assert.Equal("{\"status\":\"ok\"}\n", output.ToString());
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answers with status 404")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "answers with status 302")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "does not answer")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", "does not answer")]
    public async Task Whoever_else_answers_there_is_not_believed(string answer, string sentence)
    {
        using var server = new OneAnswer(answer);
        using var output = new StringWriter();

        var error = await Assert.ThrowsAsync<IOException>(() => new HealthCommand(new IPEndPoint(IPAddress.Loopback, server.Port), output).Run(CancellationToken.None));
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>A server that says one thing to the first who comes, whatever was asked.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        internal OneAnswer(string answer)
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                using var guest = await _listener.AcceptTcpClientAsync();
                await using var stream = guest.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            });
        }

        internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();
    }
}
