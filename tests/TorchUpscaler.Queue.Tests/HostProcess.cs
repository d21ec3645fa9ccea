using System.Diagnostics;
using System.Text;

namespace TorchUpscaler.Queue.Tests;

/// <summary>The queue in a process of its own, to be killed.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "TorchUpscaler.Queue.Host.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private HostProcess(string command, IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a verb.</summary>
    internal static HostProcess Start(params string[] arguments) => new("dotnet", [Program, .. arguments]);

    /// <summary>Runs a verb to its end.</summary>
    /// <returns>The lines that it said.</returns>
    internal static string[] Run(params string[] arguments)
    {
        using var host = Start(arguments);
        return host.Ended();
    }

    /// <summary>Runs a verb to its end as a user without rights.</summary>
    internal static string[] RunAsNobody(params string[] arguments)
    {
        string[] nobody = Environment.IsPrivilegedProcess ? ["--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--"] : ["--"];
        using var host = new HostProcess("setpriv", [.. nobody, "dotnet", Program, .. arguments]);
        return host.Ended();
    }

    /// <summary>Runs a verb to its end in a mount namespace where a folder is a small disk.</summary>
    internal static string[] RunOnSmallDisk(string folder, string size, params string[] arguments)
    {
        string[] unshare = Environment.IsPrivilegedProcess ? ["--mount"] : ["--mount", "--map-root-user"];
        using var host = new HostProcess("unshare", [.. unshare, "/bin/sh", "-c",
            "mount -t tmpfs -o size=\"$1\" tmpfs \"$2\" || exit 99; shift 2; exec dotnet \"$@\"", "sh", size, folder, Program, .. arguments]);
        return host.Ended();
    }

    /// <summary>The next line that it says.</summary>
    internal string ReadLine()
    {
        var line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(Patience), "the process said nothing");
        return line.Result ?? throw new InvalidOperationException($"the process ended: {_errors.Result}");
    }

    /// <summary>Ends it as a crash does, and waits until it is gone.</summary>
    internal void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Patience), "the process cannot be killed");
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private string[] Ended()
    {
        _process.StandardInput.Close();
        var output = _process.StandardOutput.ReadToEndAsync();
        Assert.True(_process.WaitForExit(Patience), "the process has not ended");
        Assert.True(_process.ExitCode != 99, $"the test needs a small disk and may not mount one: {_errors.Result}");
        Assert.True(_process.ExitCode == 0, $"exit code {_process.ExitCode}: {_errors.Result}");
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
