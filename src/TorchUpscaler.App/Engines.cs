using TorchUpscaler.Core;
using TorchUpscaler.Cpu;

namespace TorchUpscaler.App;

/// <summary>An engine that can be opened.</summary>
/// <param name="Name">Its name in options and reports.</param>
/// <param name="IsOnCpu">Whether it computes on the processor, where large pictures take long.</param>
/// <param name="Open">Opens it.</param>
internal sealed record EngineChoice(string Name, bool IsOnCpu, Func<IUpscaleEngine> Open);

/// <summary>The engines of this build.</summary>
internal static class Engines
{
    /// <summary>What <c>--engine</c> takes.</summary>
    internal static readonly string[] Names = ["auto", "cpu", "torch"];

    /// <summary>The engine of a name. In this build <c>auto</c> is the one that there is.</summary>
    /// <exception cref="InputException">This build does not contain it.</exception>
    internal static EngineChoice Of(string name) => name switch
    {
        "auto" or "cpu" => new EngineChoice("cpu", IsOnCpu: true, () => new CpuEngine()),
        "torch" => throw new InputException(
            "this build has no Torch engine; build one with: dotnet publish src/TorchUpscaler.App -c Release -p:Packages=full -o out"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no engine"),
    };
}
