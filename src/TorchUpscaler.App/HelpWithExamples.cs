using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TorchUpscaler.App;

/// <summary>A command's help with examples behind it.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();
    private readonly string _examples;

    private HelpWithExamples(string examples) => _examples = examples;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>The option <c>--help</c> of a command; those below it have their own.</summary>
    internal static HelpOption Option(string examples) => new() { Action = new HelpWithExamples(examples), Recursive = false };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = _help.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(_examples);
        return code;
    }
}
