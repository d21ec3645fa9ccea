using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary>A command that knows examples of itself for its help.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Command lines without the program's part.</param>
internal sealed class ExemplaryCommand(string name, string description, params string[] examples) : Command(name, description)
{
    internal IReadOnlyList<string> Examples => examples;
}

/// <summary>The help of System.CommandLine, and the examples of the command below it.</summary>
/// <param name="plain">Writes the help.</param>
/// <param name="general">Examples where no command is named.</param>
internal sealed class HelpWithExamples(HelpAction plain, IReadOnlyList<string> general) : SynchronousCommandLineAction
{
    /// <summary>Help is given for a command that lacks its arguments too.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = plain.Invoke(parseResult);
        var examples = (parseResult.CommandResult.Command as ExemplaryCommand)?.Examples ?? general;
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {ToolCommand.Line} {example}");
        return code;
    }
}
