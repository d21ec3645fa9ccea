using System.CommandLine;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>What the program says of itself, and what its pages say of it.</summary>
public sealed partial class HelpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly RootCommand s_root = new CommandLine(TextWriter.Null, TextWriter.Null, isTerminal: false).Build();

    public static TheoryData<string> Commands => [.. s_root.Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task The_help_of_every_command_shows_three_examples_that_are_right(string command)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await new CommandLine(output, TextWriter.Null, isTerminal: false).Run([command, "--help"]));
        var examples = output.ToString().Split("Examples:" + Environment.NewLine)[1].Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, examples.Length);
        foreach (var example in examples)
        {
            Assert.StartsWith($"  {ToolCommand.Line} {command} ", example, StringComparison.Ordinal);
            AssertIsUnderstood(example);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_and_option_is_in_the_page_of_the_weights(string name)
    {
        var page = Page("weights/README.md");
        var command = s_root.Subcommands.Single(command => command.Name == name);
        Assert.Contains($"\n### {name}\n", page, StringComparison.Ordinal);
        foreach (var option in command.Options.Where(option => !option.Hidden)) Assert.Matches($"`{option.Name}( [A-Z]+)?`", page);
    }

    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("weights/README.md", 7)]
    public void Every_command_line_of_a_page_is_understood(string page, int atLeast)
    {
        var lines = CommandLineOfPage().Matches(Page(page)).Select(match => match.Groups[1].Value).ToList();
        Assert.True(lines.Count >= atLeast, $"{page} has {lines.Count} command lines");
        Assert.All(lines, AssertIsUnderstood);
    }

    [Fact]
    public void Every_option_that_the_page_of_the_weights_names_is_there()
    {
        var options = s_root.Subcommands.Append(s_root).SelectMany(command => command.Options).Select(option => option.Name).ToHashSet();
        var named = OptionOfPage().Matches(Page("weights/README.md")).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, option => Assert.Contains(option, options));
    }

    /// <summary>A block that begins with a command after <c>$</c> shows what that prints; a line of … stands for any lines.</summary>
    [Fact]
    public async Task The_examples_of_the_page_of_the_weights_print_what_it_shows()
    {
        var blocks = ExampleOfPage().Matches(Page("weights/README.md"));
        Assert.Equal(3, blocks.Count);
        foreach (Match block in blocks)
        {
            var (_, output, errors) = await ToolProcess.Run(ToolProcess.Repository, block.Groups[1].Value.Split(' '));
            var pattern = string.Concat(block.Groups[2].Value.TrimEnd('\n').Split('\n')
                .Select(line => line == "…" ? "(.*\n)*" : Regex.Escape(line) + "\n"));
            Assert.Matches($"^{pattern}$", output + errors);
        }
    }

    [Fact]
    public async Task The_version_is_told_with_the_commit_where_there_is_one()
    {
        var (code, output, _) = await ToolProcess.Run(null, "--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+(\+[0-9a-f]{40})?\n$", output);
        Assert.Equal(Path.Exists(Path.Combine(ToolProcess.Repository, ".git")), output.Contains('+', StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Length", "Long")]
    public void Built_without_git_the_version_is_told_alone()
    {
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig" })
            File.Copy(Path.Combine(ToolProcess.Repository, file), _folder[file]);
        foreach (var folder in new[] { "src/TorchUpscaler.Core", "tools/WeightConverter" }) Copy(folder);
        Directory.CreateDirectory(_folder["weights"]);
        File.Copy(Path.Combine(ToolProcess.Repository, "weights", "models.json"), _folder["weights/models.json"]);

        Shell("dotnet build tools/WeightConverter -c Release -warnaserror -nodeReuse:false");
        Assert.Equal("0.1.0\n", Shell("dotnet tools/WeightConverter/bin/Release/net10.0/weights.dll --version"));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The command is there and takes the options and arguments that are given.</summary>
    private static void AssertIsUnderstood(string line)
    {
        var arguments = line.Split("tools/WeightConverter -- ")[^1].Split('#', '>', ')')[0].Trim('"');
        var errors = s_root.Parse(arguments).Errors;
        Assert.True(errors.Count == 0, $"{line}: {string.Join(' ', errors.Select(error => error.Message))}");
    }

    private static string Page(string name) => File.ReadAllText(Path.Combine(ToolProcess.Repository, name)).ReplaceLineEndings("\n");

    private void Copy(string folder)
    {
        var from = Path.Combine(ToolProcess.Repository, folder);
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, path);
            if (name.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj") continue;
            var to = Path.Combine(_folder[folder], name);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(path, to);
        }
    }

    private string Shell(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = _folder.Root, RedirectStandardOutput = true })!;
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, output);
        return output;
    }

    [GeneratedRegex(@"(?:tools/WeightConverter -- |out/weights )([^`\n]+)")]
    private static partial Regex CommandLineOfPage();

    [GeneratedRegex("`(--[a-z-]+)[` ]")]
    private static partial Regex OptionOfPage();

    [GeneratedRegex(@"```\n\$ out/weights ([^\n]+)\n((?:(?!```)[^\n]*\n)+)```")]
    private static partial Regex ExampleOfPage();
}
