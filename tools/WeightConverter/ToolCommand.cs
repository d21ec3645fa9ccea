using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>How people run this tool, which nothing installs: from the project's folder, or where it has been published beside the program.</summary>
internal static class ToolCommand
{
    /// <summary>The command line up to the tool's own arguments.</summary>
    internal static readonly string Line = ModelFolders.WeightsCommand("").TrimEnd();
}
