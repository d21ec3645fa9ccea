using TorchUpscaler.Core;

namespace TorchUpscaler.App;

/// <summary>The folder for temporary files, which only what passes through standard input or output needs.</summary>
internal static class TemporaryFolder
{
    private const int NoSpaceOnLinux = 28, NoSpaceOnWindows = 112;

    /// <summary>Where it is.</summary>
    internal static string Path => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetTempPath());

    /// <summary>Whether a failure says that a disk is full.</summary>
    internal static bool IsFull(Exception error) => error is IOException && (error.HResult & 0xFFFF) is NoSpaceOnLinux or NoSpaceOnWindows;

    /// <summary>The failure as people are told of it: what is wrong with the folder, and what to do.</summary>
    internal static IOException Failure(Exception cause)
    {
        var fault = IsFull(cause) ? "is full" : Directory.Exists(Path) ? "takes no files" : "is not there";
        return new IOException($"the folder for temporary files {Display.Path(Path)} {fault}; set TMPDIR to another one", cause);
    }
}
