namespace TorchUpscaler.Benchmarks;

/// <summary>The repository that the bench was built in.</summary>
internal static class Repository
{
    /// <summary>The folder that the solution stands in.</summary>
    /// <exception cref="BenchException">The bench has been taken out of it.</exception>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "TorchUpscaler.sln"))) return folder;
        throw new BenchException($"TorchUpscaler.sln is not above {AppContext.BaseDirectory}: the bench runs inside the repository");
    }
}
