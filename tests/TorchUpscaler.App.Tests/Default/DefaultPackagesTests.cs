using System.Text.Json;

namespace TorchUpscaler.App.Tests.Default;

/// <summary>The default build is made of what every feed serves.</summary>
public sealed class DefaultPackagesTests
{
    private static readonly string[] s_ofTheFullBuild = ["TorchSharp", "libtorch-", "SixLabors.ImageSharp", "Telegram.Bot"];

    [Fact]
    public void No_project_of_the_default_build_has_restored_a_package_of_the_full_one()
    {
        // As NuGet has written them for this very build; those of the full build lie in folders below.
        var restored = new[] { "src", "tests", "tools" }.SelectMany(folder => Directory.EnumerateDirectories(Path.Combine(Repository.Root, folder)))
            .Select(project => Path.Combine(project, "obj", "project.assets.json")).Where(File.Exists).ToList();

        string[] needed = ["TorchUpscaler.Torch", "TorchUpscaler.Imaging", "TorchUpscaler.Telegram", "TorchUpscaler.App", "TorchUpscaler.App.Tests", "GpuCheck"];
        Assert.All(needed, name => Assert.Contains(restored, file => file.Contains($"/{name}/", StringComparison.Ordinal)));
        foreach (var file in restored)
        {
            using var assets = JsonDocument.Parse(File.ReadAllText(file));
            var packages = assets.RootElement.GetProperty("libraries").EnumerateObject().Where(library => library.Value.GetProperty("type").GetString() == "package").Select(library => library.Name).ToList();
            if (file.Contains("/TorchUpscaler.App.Tests/", StringComparison.Ordinal)) Assert.Contains(packages, name => name.StartsWith("xunit/", StringComparison.Ordinal));
            var foreign = packages.Where(name => s_ofTheFullBuild.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase))).ToList();
            Assert.True(foreign.Count == 0, $"{file} has {string.Join(", ", foreign)}");
        }
    }
}
