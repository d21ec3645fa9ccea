using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Benchmarks.Peers;

/// <summary>
/// The processes that the bench has started. None outlives it: they are ended when it ends, and at Ctrl-C and SIGTERM, which
/// also end the bench itself, with exit code 130.
/// </summary>
internal sealed class Children : IDisposable
{
    private const int Cancelled = 130;

    private readonly List<Process> _running = [];
    private readonly List<PosixSignalRegistration> _signals = [];
    private volatile bool _isCancelled;
    private bool _isOver;

    public Children()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _isCancelled = true;
                KillAll();
                Environment.Exit(Cancelled);
            }));
    }

    /// <summary>Starts a process with its three streams redirected.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables that it gets beside the bench's own.</param>
    /// <exception cref="BenchException">It could not be started.</exception>
    public Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        lock (_running)
        {
            if (_isOver) throw new BenchException("the bench is ending");
            try
            {
                var process = Process.Start(start)!;
                _running.Add(process);
                return process;
            }
            catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
            {
                throw new BenchException($"{program} could not be started: {error.Message}", error);
            }
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it has written to standard output.</returns>
    /// <exception cref="BenchException">It could not be started, or failed.</exception>
    public string Finish(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Forget(process);
        if (process.ExitCode == 0) return output;
        WaitForEndIfCancelled();
        var last = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"exit code {process.ExitCode}";
        throw new BenchException($"{program} {string.Join(' ', arguments)} failed: {last}");
    }

    /// <summary>Ends a process, if it still runs.</summary>
    public void Stop(Process process)
    {
        Kill(process);
        Forget(process);
    }

    /// <summary>Whoever finds that a child has broken off comes here first: at Ctrl-C that is nothing to be told, and the process is about to end.</summary>
    public void WaitForEndIfCancelled()
    {
        if (_isCancelled) Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Takes a process that has ended off the list.</summary>
    public void Forget(Process process)
    {
        lock (_running) _running.Remove(process);
    }

    public void Dispose()
    {
        KillAll();
        foreach (var signal in _signals) signal.Dispose();
    }

    private void KillAll()
    {
        lock (_running)
        {
            _isOver = true;
            foreach (var process in _running) Kill(process);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
