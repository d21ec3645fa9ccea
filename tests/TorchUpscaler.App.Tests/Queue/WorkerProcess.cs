using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary>A running <c>torchupscaler worker</c> as a child process, with its log as it comes.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly HttpClient Client = new() { Timeout = Patience };

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = [];

    internal WorkerProcess(string store, string weights, params string[] arguments)
    {
        string[] all = [Path.Combine(AppContext.BaseDirectory, "torchupscaler.dll"), "worker", "--store", store, "--weights", weights, .. arguments];
        var start = new ProcessStartInfo("dotnet", all) { RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment.Remove("TORCHUPSCALER_WEIGHTS");
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) _log.Enqueue(line.Data);
        };
        _process.Start();
        _process.BeginErrorReadLine();
    }

    internal string Log => string.Join('\n', _log);

    internal bool IsRunning => !_process.HasExited;

    /// <summary>Asks for a page; the address is the one that the log names.</summary>
    internal (HttpStatusCode Status, string Body, string? Type) Get(string path, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, Served() + path);
        using var response = Client.Send(request);
        using var body = new StreamReader(response.Content.ReadAsStream());
        return (response.StatusCode, body.ReadToEnd(), response.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>The address of its pages, which the log names.</summary>
    internal string Served()
    {
        WaitFor(() => Address().IsMatch(Log));
        return Address().Match(Log).Value;
    }

    /// <summary>Waits until something is so while the worker runs.</summary>
    internal void WaitFor(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(IsRunning, $"the worker has ended:\n{Log}");
            Assert.True(watch.Elapsed < Patience, $"what the test waits for has not come:\n{Log}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Sends a signal and waits for the end.</summary>
    /// <returns>The exit code, and how long it took.</returns>
    internal (int ExitCode, TimeSpan Took) Stop(string signal = "TERM")
    {
        var watch = Stopwatch.StartNew();
        Signal(signal);
        Assert.True(_process.WaitForExit(Patience), $"the worker has not ended:\n{Log}");
        var took = watch.Elapsed;
        _process.WaitForExit(); // for the log's last lines
        return (_process.ExitCode, took);
    }

    internal void Signal(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public void Dispose()
    {
        if (IsRunning) _process.Kill();
        _process.Dispose();
    }

    [GeneratedRegex("http://127.0.0.1:[0-9]+")]
    private static partial Regex Address();
}
