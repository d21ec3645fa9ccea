namespace TorchUpscaler.Benchmarks;

/// <summary>Something cannot be measured; the message says what and why, in a sentence for whoever runs the bench.</summary>
internal sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
