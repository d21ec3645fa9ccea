using System.Globalization;

namespace TorchUpscaler.App.Upscale;

/// <summary>Whether there is a standard input at all.</summary>
internal static class StandardInput
{
    private const string Own = "/proc/self/fd", OwnModes = "/proc/self/fdinfo";
    private const int AccessMask = 3, ReadOnly = 0; // the last octal digit of "flags:"

    /// <summary>
    /// Whether the program was started with its input closed. Its number is then free for what the runtime opens first, which is
    /// no file of anybody's: a pipe to itself, on which it would wait for ever.
    /// </summary>
    internal static bool IsClosed()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Own)) return false;
        return LinkOf("0") is not { } input || input.StartsWith("anon_inode:", StringComparison.Ordinal)
            || (input.StartsWith("pipe:", StringComparison.Ordinal) && Directory.GetFileSystemEntries(Own).Select(Path.GetFileName).OfType<string>()
                .Any(number => number != "0" && LinkOf(number) == input && IsWritable(number)));
    }

    private static string? LinkOf(string number)
    {
        try
        {
            return new FileInfo(Path.Combine(Own, number)).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // closed meanwhile
        }
    }

    private static bool IsWritable(string number)
    {
        try
        {
            var flags = File.ReadLines(Path.Combine(OwnModes, number)).FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return flags is not null && (int.Parse(flags.AsSpan(flags.Length - 1), CultureInfo.InvariantCulture) & AccessMask) != ReadOnly;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
