using TorchUpscaler.Core;

namespace TorchUpscaler.App;

/// <summary>Failures as people are told of them: one line, never a stack trace.</summary>
internal static class Failure
{
    /// <summary>The line for a failure that ends a command.</summary>
    internal static string Describe(Exception error) => Line(Message(error));

    /// <summary>A message that names the file it is about, where it does not itself.</summary>
    internal static string Named(string message, string file)
    {
        // Some messages show a name cleaned and some as it is; it is one name.
        var isNamed = Display.Text(message).Contains(Display.Text(file), StringComparison.Ordinal);
        return isNamed ? message : $"{file}: {message}";
    }

    /// <summary>Any failure's line: it begins with the program's name, which tells it from the lines about the progress.</summary>
    internal static string Line(string message) => $"torchupscaler: {message}";

    /// <summary>The exit code for a failure that ends the program.</summary>
    internal static int ExitCode(Exception error) => error switch
    {
        OperationCanceledException => ExitCodes.Cancelled,
        InputException => ExitCodes.Refused,
        _ => ExitCodes.Failed,
    };

    /// <summary>What went wrong, for people.</summary>
    internal static string Message(Exception error) => error switch
    {
        OperationCanceledException => "cancelled",
        InputException or IOException or UnauthorizedAccessException or DeviceLostException => error.Message,
        OutOfMemoryException => "the machine has too little free memory; close other programs or give less with --memory",
        _ => $"failed unexpectedly ({error.GetType().Name}: {error.Message}); please report this",
    };
}
