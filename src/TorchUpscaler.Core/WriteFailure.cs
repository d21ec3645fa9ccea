namespace TorchUpscaler.Core;

/// <summary>
/// Says why a file could not be written, and what to do. Files are written under temporary names, and .NET's messages end
/// with the path that failed, which would only puzzle: here the path is the one that was asked for.
/// </summary>
public static class WriteFailure
{
    private const int NoSpaceOnLinux = 28, NoSpaceOnWindows = 112;

    /// <summary>One sentence for people, without a full stop.</summary>
    /// <param name="path">The file that was asked for, as it is to be shown.</param>
    /// <param name="cause">What went wrong.</param>
    public static string Sentence(string path, Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return $"{path} cannot be written: {ReasonAndAdvice(cause)}";
    }

    private static string ReasonAndAdvice(Exception cause) => cause switch
    {
        IOException when (cause.HResult & 0xFFFF) is NoSpaceOnLinux or NoSpaceOnWindows => "the disk is full; free some space or choose another folder",
        UnauthorizedAccessException => "permission denied; choose another folder",
        DirectoryNotFoundException or FileNotFoundException => "its folder is gone or takes no files; choose another folder",
        PathTooLongException => "its name is too long; choose a shorter one",
        ArgumentException or NotSupportedException => "a file cannot have that name; choose another one",
        _ => $"{WithoutPath(cause.Message)}; choose another folder or format",
    };

    // "Read-only file system : '/folder/temporary'"
    private static string WithoutPath(string message) => message.Split(" : '")[0].TrimEnd('.');
}
