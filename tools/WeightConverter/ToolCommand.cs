namespace TorchUpscaler.WeightConverter;

/// <summary>How people run this tool, which nothing installs: from the project's folder.</summary>
internal static class ToolCommand
{
    /// <summary>The command line up to the tool's own arguments.</summary>
    internal const string Line = "dotnet run -c Release --project tools/WeightConverter --";
}
