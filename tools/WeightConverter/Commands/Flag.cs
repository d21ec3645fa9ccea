using System.CommandLine;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary>An option that is there or not; nothing follows it.</summary>
internal static class Flag
{
    internal static Option<bool> Of(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };
}
