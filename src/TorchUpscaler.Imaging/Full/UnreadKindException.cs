namespace TorchUpscaler.Imaging.Full;

/// <summary>A file is whole, but of a kind that would not be decoded rightly.</summary>
/// <param name="kind">What it is, with its article: <c>a JPEG of 12 bits a sample</c>.</param>
internal sealed class UnreadKindException(string kind) : Exception(kind);
