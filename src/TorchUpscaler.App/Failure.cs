using TorchUpscaler.Core;

namespace TorchUpscaler.App;

/// <summary>Failures as people are told of them: one line, never a stack trace.</summary>
internal static class Failure
{
    /// <summary>The line for a failure, beginning with the file that it is about where the message does not name it.</summary>
    internal static string Describe(Exception error, string? file = null)
    {
        var message = Message(error).ReplaceLineEndings(" ").Trim();
        return file is null || message.Contains(file, StringComparison.Ordinal) ? message : $"{file}: {message}";
    }

    /// <summary>The exit code for a failure that ends the program.</summary>
    internal static int ExitCode(Exception error) => error switch
    {
        OperationCanceledException => ExitCodes.Cancelled,
        InputException => ExitCodes.Refused,
        _ => ExitCodes.Failed,
    };

    private static string Message(Exception error) => error switch
    {
        OperationCanceledException => "cancelled",
        InputException or IOException or UnauthorizedAccessException => error.Message,
        OutOfMemoryException => "the machine has too little free memory; close other programs or give less with --memory",
        _ => $"failed unexpectedly ({error.GetType().Name}: {error.Message}); please report this",
    };
}
