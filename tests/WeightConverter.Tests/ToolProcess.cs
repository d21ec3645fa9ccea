using System.Diagnostics;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>The program in a process of its own.</summary>
internal static class ToolProcess
{
    /// <summary>The program's own file.</summary>
    internal static string Assembly => typeof(CommandLine).Assembly.Location;

    /// <summary>The folder of the solution.</summary>
    internal static string Repository { get; } = FindRepository();

    internal static Process Start(params string[] arguments) => Start(folder: null, arguments);

    /// <summary>Starts the program with its output and errors to be read.</summary>
    /// <param name="folder">Its working directory; null for the test's own.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static Process Start(string? folder, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Assembly, .. arguments])
        {
            WorkingDirectory = folder ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["NO_PROXY"] = "127.0.0.1" },
        })!;

    /// <summary>Runs the program and gives its exit code, its output and its errors.</summary>
    internal static async Task<(int Code, string Output, string Errors)> Run(string? folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TorchUpscaler.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TorchUpscaler.sln is in no folder above the tests");
    }
}
