using System.CommandLine;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Models;

/// <summary>The arguments of <c>torchupscaler models</c>.</summary>
internal static class ModelsArguments
{
    private const string Examples = """
        Examples:
          torchupscaler models                        what is installed, what would be taken, what can be had
          torchupscaler models --weights /srv/models  looks there first
          torchupscaler models --json                 the same as one line of JSON
        """;

    /// <summary>The command.</summary>
    /// <param name="run">Is given the folders and whether JSON is asked for; returns the exit code.</param>
    internal static Command Command(Func<ModelFolders, bool, int> run)
    {
        var weights = new Option<string?>("--weights") { Description = "A folder that models are looked for in first.", HelpName = "DIR", Validators = { WeightsOption.Check } };
        var json = new Option<bool>("--json") { Description = "One line of JSON on standard output." };
        var command = new Command("models", "Lists the models that are installed, and those that can be had.") { weights, json, HelpWithExamples.Option(Examples) };
        command.SetAction(parsed => run(new ModelFolders(parsed.GetValue(weights)), parsed.GetValue(json)));
        return command;
    }
}
