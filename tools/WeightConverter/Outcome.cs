using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>How what was done, or went wrong, becomes an exit code and a sentence. A stack trace is never shown.</summary>
internal static class Outcome
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Refused = 2;
    internal const int SomeFailed = 3;
    internal const int Cancelled = 130;

    private const int LongestSentence = 2000;
    private const int KeptEnd = 300;

    internal static async Task<int> Guard(TextWriter errors, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine("cancelled");
            return Cancelled;
        }
        catch (Exception error)
        {
            errors.WriteLine($"error: {Sentence(error)}");
            return error is InputException ? Refused : Failed;
        }
    }

    /// <summary>An error's message, fit for a terminal. Names in it may come from a hostile file, of any length and with escapes.</summary>
    internal static string Sentence(Exception error) => error switch
    {
        InputException or Pulling.SourceFailedException => Shorten(Display.Text(error.Message)),
        ToolFailureException or IOException or UnauthorizedAccessException => error.Message,
        _ => $"this should not have happened ({error.GetType().Name}: {error.Message}); please report it",
    };

    /// <summary>The end of a sentence says what to do and is kept.</summary>
    private static string Shorten(string sentence) =>
        sentence.Length <= LongestSentence ? sentence : $"{sentence[..(LongestSentence - KeptEnd)]} … {sentence[^KeptEnd..]}";
}
