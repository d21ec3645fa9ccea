using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>Names that results may have.</summary>
internal static class ResultPath
{
    /// <summary>Refuses a result's name that stands for a device, a pipe or a socket.</summary>
    /// <exception cref="WeightsException">It does.</exception>
    internal static void RequireReplaceable(string path)
    {
        if (SpecialFile.IsAt(path)) throw new WeightsException($"{path} is no regular file and is not replaced; give another name");
    }
}
