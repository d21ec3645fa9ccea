using System.Runtime.InteropServices;

namespace TorchUpscaler.Torch;

/// <summary>Recognises that a device had too little memory: libtorch says it by the text of a plain error only.</summary>
internal static class OutOfMemory
{
    private static readonly string[] s_signs = ["out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "can't allocate memory"];

    /// <summary>Whether an error says so.</summary>
    public static bool Is(Exception error) => error is ExternalException or OutOfMemoryException
        && Array.Exists(s_signs, sign => error.Message.Contains(sign, StringComparison.OrdinalIgnoreCase));
}
