using System.CommandLine.Parsing;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Models;

/// <summary>The option <c>--weights</c>, in every command that has it.</summary>
internal static class WeightsOption
{
    /// <summary>Refuses a folder that is not there: the models of others would be taken without a word.</summary>
    internal static void Check(OptionResult result)
    {
        var missing = result.Tokens.Select(token => token.Value).FirstOrDefault(folder => !Directory.Exists(folder));
        if (missing is not null) result.AddError($"there is no folder {Display.Path(missing)}, which --weights names");
    }
}
