using System.Diagnostics;

namespace TorchUpscaler.App.Tests;

/// <summary>What a feed that lacks the packages of the full build makes of either build: a project in a folder of its own, under this repository's rules.</summary>
public sealed class RestoreTests : IDisposable
{
    private readonly Workplace _here = new();

    public RestoreTests()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Root, "Directory.*").Append(Path.Combine(Repository.Root, "global.json")))
            File.Copy(file, _here.PathOf(Path.GetFileName(file)));
        Directory.CreateDirectory(_here.PathOf("empty"));
        _here.Text("NuGet.config", """<configuration><packageSources><clear /><add key="empty" value="empty" /></packageSources></configuration>""");
        _here.Text("Small.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup Condition="'$(Packages)' == 'full'"><PackageReference Include="TorchSharp" /></ItemGroup>
            </Project>
            """);
    }

    [Fact]
    public void The_default_build_restores_from_a_feed_that_has_nothing()
    {
        var (exitCode, said) = Restore();

        Assert.True(exitCode == 0, string.Join('\n', said));
        Assert.DoesNotContain(said, line => line.Contains("-p:Packages", StringComparison.Ordinal) || line.Contains("warning", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_full_build_cannot_be_restored_the_last_error_says_what_to_do()
    {
        var (exitCode, said) = Restore("-p:Packages=full");

        Assert.NotEqual(0, exitCode);
        var errors = said.Where(line => line.Contains("error", StringComparison.Ordinal)).ToList();
        Assert.Contains("TorchSharp", errors[0], StringComparison.Ordinal);
        Assert.All(["-p:Packages=full", "where packages are missing above", "-p:RestoreAdditionalProjectSources=DIR", "tools/check --packages full --feed DIR"],
            part => Assert.Contains(part, errors[^1], StringComparison.Ordinal));
        Assert.Single(errors, line => line.Contains("--feed", StringComparison.Ordinal));
    }

    public void Dispose() => _here.Dispose();

    private (int ExitCode, string[] Said) Restore(params string[] options)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", "Small.csproj", "--tl:off", "-nodeReuse:false", "-clp:NoSummary", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _here.Folder,
        };
        foreach (var name in (string[])["Packages", "Torch", "RestoreAdditionalProjectSources"]) start.Environment.Remove(name); // tools/check sets them
        start.Environment["NUGET_PACKAGES"] = _here.PathOf("packages"); // what this machine has restored before is not to count
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, [.. (output + errors.Result).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]);
    }
}
