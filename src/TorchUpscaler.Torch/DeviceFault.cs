using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Torch;

/// <summary>Says in a sentence what libtorch says in a page.</summary>
internal static class DeviceFault
{
    /// <summary>Whether an error is one of libtorch that nothing else here knows what to do about.</summary>
    public static bool Is(Exception error) => error is ExternalException && !OutOfMemory.Is(error);

    /// <summary>
    /// The error as the program knows it. After an error of CUDA itself (an illegal access, a failed launch, a card that has gone) every
    /// further call of the process fails.
    /// </summary>
    public static Exception Of(Exception error, TorchDevice device) => error.Message.Contains("CUDA error", StringComparison.OrdinalIgnoreCase)
        ? new DeviceLostException($"{device} can no longer be used by this process: {FirstLine(error)}", error)
        : new InvalidOperationException($"libtorch failed on {device}: {FirstLine(error)}", error);

    /// <summary>The first line of what was said, without the end of its sentence.</summary>
    public static string FirstLine(Exception error) =>
        error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("it does not start").TrimEnd('.', ' ');
}
