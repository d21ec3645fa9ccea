namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>One source did not give what the catalogue promises; the next may.</summary>
internal sealed class SourceFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether it gave a file, and another one than the catalogue knows.</summary>
    internal bool IsAnotherFile { get; init; }
}
