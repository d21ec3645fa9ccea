using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.App.Tests;

/// <summary>What a finished run of the program left.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines on standard error.</summary>
    internal string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts an exit code, showing what the program said where it is another.</summary>
    internal ProgramResult ExitedWith(int code)
    {
        Assert.True(code == ExitCode, $"exit code {ExitCode} instead of {code}\n{Errors}{Output}");
        return this;
    }

    /// <summary>Asserts that all that was said is one sentence with these parts, and no inner workings.</summary>
    internal void SaidOneSentence(params string[] parts)
    {
        Assert.Empty(Output);
        var sentence = Assert.Single(ErrorLines);
        Assert.StartsWith("torchupscaler: ", sentence, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, sentence, StringComparison.Ordinal));
        Assert.DoesNotContain("Exception", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", sentence, StringComparison.Ordinal);
    }
}

/// <summary>The built program as a child process.</summary>
internal sealed class ProgramRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly TaskCompletionSource _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _errors;

    private ProgramRun(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? folder = null, string redirection = "", string? config = null,
        string? program = null)
    {
        var dotnet = config is null ? "dotnet" : $"dotnet exec --runtimeconfig '{config}'";
        string[] shell = ["-c", $"exec {dotnet} \"$@\" {redirection}", "sh"];
        var start = new ProcessStartInfo("/bin/sh", [.. shell, Path.Combine(program ?? AppContext.BaseDirectory, "torchupscaler.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        start.Environment.Remove("TORCHUPSCALER_WEIGHTS");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = ReadErrors();
    }

    /// <summary>Runs the program to its end.</summary>
    internal static ProgramResult Of(params string[] arguments) => In(null, null, arguments);

    /// <summary>Runs another copy of the program, in a folder, to its end.</summary>
    internal static ProgramResult At(string program, params string[] arguments)
    {
        using var run = new ProgramRun(arguments, program: program);
        return run.Wait();
    }

    /// <summary>Runs the program to its end with some environment variables, in a working directory.</summary>
    internal static ProgramResult In(string? folder, IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        using var run = new ProgramRun(arguments, environment, folder);
        return run.Wait();
    }

    /// <summary>Runs the program to its end with another configuration of the runtime.</summary>
    internal static ProgramResult Configured(string config, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        using var run = new ProgramRun(arguments, environment, config: config);
        return run.Wait();
    }

    /// <summary>Runs the program to its end with an output redirected as the shell does it: <c>2>/dev/full</c>.</summary>
    internal static ProgramResult Redirected(string redirection, params string[] arguments) => RedirectedIn(null, redirection, arguments);

    /// <summary>The same in a working directory.</summary>
    internal static ProgramResult RedirectedIn(string? folder, string redirection, params string[] arguments)
    {
        using var run = new ProgramRun(arguments, folder: folder, redirection: redirection);
        return run.Wait();
    }

    /// <summary>Starts the program.</summary>
    internal static ProgramRun Begin(params string[] arguments) => new(arguments);

    /// <summary>Ends when the program has said its first line on standard error.</summary>
    internal void WaitForFirstLine() => Assert.True(_firstLine.Task.Wait(Patience), "the program said nothing");

    /// <summary>Whether it still runs.</summary>
    internal bool IsRunning => !_process.HasExited;

    /// <summary>Sends a signal: INT, TERM. By the shell's own kill, as a small Debian has no /bin/kill.</summary>
    internal void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Processor time that the threads of that name have taken.</summary>
    internal double SecondsOfThreads(string name)
    {
        const double ticksPerSecond = 100;
        try
        {
            // After the name in parentheses: the state and then numbers, the time in user mode the 12th of all.
            return Directory.GetDirectories($"/proc/{_process.Id}/task")
                .Where(thread => File.ReadAllText($"{thread}/comm").Trim() == name)
                .Sum(thread => long.Parse(File.ReadAllText($"{thread}/stat").Split(") ")[1].Split(' ')[11], CultureInfo.InvariantCulture))
                / ticksPerSecond;
        }
        catch (IOException)
        {
            return 0; // a thread, or the process, has ended meanwhile
        }
    }

    /// <summary>Waits for the end.</summary>
    internal ProgramResult Wait()
    {
        Assert.True(_process.WaitForExit(Patience), "the program has not ended");
        return new ProgramResult(_process.ExitCode, _output.Result, _errors.Result);
    }

    /// <summary>Waits for the end of a process that was killed.</summary>
    internal void WaitForEnd() => Assert.True(_process.WaitForExit(Patience), "the program has not ended");

    public void Dispose()
    {
        if (IsRunning) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadErrors()
    {
        var first = await _process.StandardError.ReadLineAsync() ?? "";
        _firstLine.SetResult();
        return first + "\n" + await _process.StandardError.ReadToEndAsync();
    }
}
