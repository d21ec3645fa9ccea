using System.Runtime.InteropServices;

namespace TorchUpscaler.Torch;

/// <summary>Recognises that a device had too little memory: libtorch says it by the text of a plain error only.</summary>
internal static class OutOfMemory
{
    // cuDNN tries its ways of convolving one after the other, and where none has had the memory that it wants, it has found "no engine".
    private static readonly string[] s_signs =
    [
        "out of memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_NOT_INITIALIZED", "CUDNN_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_NOT_INITIALIZED", "DEVICE_ALLOCATION_FAILED", "HOST_ALLOCATION_FAILED", "unable to find an engine to execute this computation",
    ];

    /// <summary>Whether an error says so.</summary>
    public static bool Is(Exception error) => error is ExternalException or OutOfMemoryException
        && Array.Exists(s_signs, sign => error.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));
}
