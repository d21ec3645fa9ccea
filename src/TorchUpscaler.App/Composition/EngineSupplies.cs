using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Composition;

/// <summary>Engines for a worker.</summary>
internal static partial class EngineSupplies
{
    /// <summary>A choice as a worker takes it: what the engine tells is logged.</summary>
    internal static EngineSupply Supply(this EngineChoice choice, ILogger log) =>
        new(choice.Name, () => choice.Open(notice => EngineSays(log, choice.Name, notice)), choice.OpenFallback);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Engine {Engine}: {Notice}")]
    private static partial void EngineSays(ILogger log, string engine, string notice);
}
