namespace TorchUpscaler.App;

/// <summary>Standard output does not take what the program was asked to write to it.</summary>
/// <param name="what">What could not be written.</param>
/// <param name="cause">The system's reason.</param>
internal sealed class UnwritableOutputException(string what, Exception cause)
    : IOException($"{what} cannot be written to standard output: {cause.GetBaseException().Message}", cause)
{
    /// <summary>Whether a failure is that of writing to a console stream: the disk behind it is full, or it is closed or open for reading only.</summary>
    internal static bool IsCausedBy(Exception error) => error is IOException or UnauthorizedAccessException;
}
