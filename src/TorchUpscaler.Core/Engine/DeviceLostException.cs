namespace TorchUpscaler.Core;

/// <summary>A device can no longer be used by this process; only a new process helps.</summary>
/// <param name="message">One sentence: which device, and what it said.</param>
/// <param name="inner">What it said, or null.</param>
public sealed class DeviceLostException(string message, Exception? inner = null) : Exception(message, inner);
