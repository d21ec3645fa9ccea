using System.CommandLine;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>The arguments of <c>torchupscaler doctor</c>.</summary>
internal static class DoctorArguments
{
    private const string Examples = """
        Examples:
          torchupscaler doctor                        what works on this machine, and what to do about what does not
          torchupscaler doctor --weights /srv/models  tries the models there first
          torchupscaler doctor --json                 the same as one line of JSON

        Exit codes: 0 all works (there may be warnings), 1 something is broken.
        """;

    /// <summary>The command.</summary>
    /// <param name="run">Is given the folders of models and whether JSON is asked for; returns the exit code.</param>
    internal static Command Command(Func<ModelFolders, bool, int> run)
    {
        var weights = new Option<string?>("--weights") { Description = "A folder that models are looked for in first.", HelpName = "DIR", Validators = { WeightsOption.Check } };
        var json = new Option<bool>("--json") { Description = "One line of JSON on standard output." };
        var command = new Command("doctor", "Looks at the machine, the libraries, the models and the folders.") { weights, json, HelpWithExamples.Option(Examples) };
        command.SetAction(parsed => run(new ModelFolders(parsed.GetValue(weights)), parsed.GetValue(json)));
        return command;
    }
}
