using System.CommandLine;
using System.CommandLine.Help;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Commands;

namespace TorchUpscaler.WeightConverter;

/// <summary>The commands, and how a run of one ends.</summary>
/// <param name="output">For results.</param>
/// <param name="errors">For errors and progress.</param>
/// <param name="isTerminal">Whether <paramref name="errors"/> is a terminal.</param>
internal sealed class CommandLine(TextWriter output, TextWriter errors, bool isTerminal)
{
    internal async Task<int> Run(string[] arguments)
    {
        // No response files: a file's name may begin with an @.
        var parsed = Build().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) errors.WriteLine($"error: {Display.Text(error.Message)}");
            errors.WriteLine($"Run '{ToolCommand.Line} --help' for what can be done.");
            return Outcome.Refused;
        }
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        return await Outcome.Guard(errors, () => parsed.InvokeAsync(configuration));
    }

    /// <summary>All commands. Help shows three examples of each.</summary>
    internal RootCommand Build()
    {
        var root = new RootCommand("Gets, converts and checks the weights of Real-ESRGAN networks.")
        {
            new PullCommand(output, errors, isTerminal).Build(),
            new ConvertCommand(output).Build(),
            new InspectCommand(output).Build(),
            new VerifyCommand(output, errors).Build(),
            new CompletionCommand(output).Build(),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, ["pull x4plus", "pull --list", "convert RealESRGAN_x4plus.pth weights/x4plus.safetensors"]);
        return root;
    }
}
