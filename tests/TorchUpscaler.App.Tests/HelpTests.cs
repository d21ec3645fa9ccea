using System.Diagnostics;
using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Tests;

/// <summary>What the program says of itself: its version, its help, README's tables, completion in a shell.</summary>
[Collection(ProgramTests.Name)]
[SupportedOSPlatform("linux")]
public sealed partial class HelpTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Fact]
    public void The_version_is_told_with_the_commit()
    {
        var built = typeof(ExitCodes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var said = ProgramRun.Of("--version").ExitedWith(ExitDone).Output.TrimEnd('\n');

        Assert.Equal(built, said);
        // A source archive has no commit.
        Assert.Matches(Path.Exists(Path.Combine(Repository.Root, ".git")) ? @"\A[0-9]+\.[0-9]+\.[0-9]+\+[0-9a-f]{40}\z" : @"\A[0-9]+\.[0-9]+\.[0-9]+\z", said);
    }

    [Theory]
    [InlineData()]
    [InlineData("upscale")]
    [InlineData("models")]
    [InlineData("doctor")]
    [InlineData("completion")]
    [InlineData("worker")]
    [InlineData("health")]
    [InlineData("submit")]
    [InlineData("bot")]
    [InlineData("queue")]
    [InlineData("queue", "list")]
    [InlineData("queue", "show")]
    [InlineData("queue", "cancel")]
    [InlineData("queue", "retry")]
    [InlineData("queue", "fetch")]
    [InlineData("queue", "stats")]
    [InlineData("queue", "weight")]
    public void Help_shows_at_least_three_examples(params string[] command)
    {
        var help = ProgramRun.Of([.. command, "--help"]).ExitedWith(ExitDone).Output;

        var examples = help[help.IndexOf("Examples:", StringComparison.Ordinal)..].Split('\n').Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Where(line => !line.StartsWith("    ", StringComparison.Ordinal)).ToList(); // what an example does may stand below it
        Assert.True(examples.Count >= 3, $"{examples.Count} examples:\n{help}");
        Assert.All(examples, example => Assert.Contains($"torchupscaler {string.Join(' ', command)}", example, StringComparison.Ordinal));
        Assert.Single(help.Split('\n'), line => line.Contains("-h, --help", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("upscale", "## Upscaling pictures")]
    [InlineData("models", "### Models")]
    [InlineData("doctor", "### What works here")]
    public void Help_and_README_know_the_same_options(string command, string heading)
    {
        var help = Options(ProgramRun.Of(command, "--help").ExitedWith(ExitDone).Output.Split('\n'), HelpLine(), "--help", "--version");
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var from = readme.IndexOf(heading + "\n", StringComparison.Ordinal);
        Assert.True(from >= 0, $"README has no part {heading}");
        var part = readme[(from + heading.Length)..];
        var next = NextHeading().Match(part);

        Assert.Equal(help, Options((next.Success ? part[..next.Index] : part).Split('\n'), ReadmeRow()));
    }

    [Theory]
    [InlineData("torchupscaler ups", "upscale")]
    [InlineData("torchupscaler upscale --rec", "--recursive")]
    [InlineData("torchupscaler upscale -f ", "avif jpg png tiff webp")]
    [InlineData("torchupscaler submit -f ", "jpg png webp")]
    [InlineData("torchupscaler upscale photo.jpg --format w", "webp")]
    [InlineData("torchupscaler upscale -m x4", "x4fast x4plus")]
    [InlineData("torchupscaler upscale -s ", "2 4 8")]
    [InlineData("torchupscaler upscale --alpha ", "lanczos network")]
    [InlineData("torchupscaler upscale --engine c", "cpu")]
    [InlineData("torchupscaler completion ", "bash zsh")]
    [InlineData("torchupscaler upscale pho", "")] // bash offers files then
    [InlineData("torchupscaler upscale --force ", "")]
    public void Bash_completes_commands_options_values_and_models(string typed, string offered)
    {
        var script = _here.Text("script", ProgramRun.Of("completion", "bash").ExitedWith(ExitDone).Output);
        InstallProgram();

        Assert.Equal(offered, Shell("bash",
            """
            . ./script
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            case $1 in *' ') COMP_WORDS+=('') ;; esac
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _torchupscaler
            printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' '
            """, typed));
        Assert.True(File.Exists(script));
    }

    [Fact]
    public void A_shell_that_has_no_script_is_refused() =>
        ProgramRun.Of("completion", "fish").ExitedWith(ExitRefused).SaidOneSentence("torchupscaler: there is no script for 'fish'; write bash or zsh; see torchupscaler completion --help");

    public void Dispose() => _here.Dispose();

    // The sets of long names, sorted.
    private static string[] Options(string[] lines, Regex row, params string[] without) =>
        [.. lines.Select(line => row.Match(line)).Where(match => match.Success).Select(match => match.Groups["name"].Value).Except(without).Order(StringComparer.Ordinal)];

    private void InstallProgram() => File.SetUnixFileMode(
        _here.Text("torchupscaler", $"#!/bin/sh\nexec '{Environment.ProcessPath}' '{Path.Combine(AppContext.BaseDirectory, "torchupscaler.dll")}' \"$@\"\n"),
        UnixFileMode.UserRead | UnixFileMode.UserExecute);

    private string Shell(string shell, string script, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, ["-c", script, shell, argument])
        {
            WorkingDirectory = _here.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = $"{_here.Folder}:{Environment.GetEnvironmentVariable("PATH")}", ["TORCHUPSCALER_WEIGHTS"] = models.Folder },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors.Result);
        return output.TrimEnd('\n');
    }

    // "  -o, --output <PATH>   The result's file …"
    [GeneratedRegex(@"^  (-., )*(?<name>--[a-z-]+)(,| |$)")]
    private static partial Regex HelpLine();

    // "| `-o`, `--output PATH` | the result's file … |"; two options of one kind may share a row.
    [GeneratedRegex(@"^\| (`-.`, )?`(?<name>--[a-z-]+)[^`]*` \|")]
    private static partial Regex ReadmeRow();

    [GeneratedRegex("^##+ ", RegexOptions.Multiline)]
    private static partial Regex NextHeading();
}
