namespace TorchUpscaler.Benchmarks.Tests;

internal static class Repository
{
    /// <summary>The folder that the solution stands in.</summary>
    internal static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "TorchUpscaler.sln"))) return folder;
        throw new InvalidOperationException($"TorchUpscaler.sln is not above {AppContext.BaseDirectory}");
    }
}
