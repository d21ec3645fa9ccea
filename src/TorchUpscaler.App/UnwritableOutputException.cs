namespace TorchUpscaler.App;

/// <summary>Standard output does not take what the program was asked to write to it.</summary>
/// <param name="what">What could not be written.</param>
/// <param name="cause">The system's reason.</param>
internal sealed class UnwritableOutputException(string what, IOException cause)
    : IOException($"{what} cannot be written to standard output: {cause.Message}", cause);
