namespace TorchUpscaler.Core;

/// <summary>A device can no longer be used by this process; only a new process helps.</summary>
/// <param name="message">One sentence.</param>
/// <param name="inner">What the device said.</param>
public sealed class DeviceLostException(string message, Exception? inner = null) : Exception(message, inner);
