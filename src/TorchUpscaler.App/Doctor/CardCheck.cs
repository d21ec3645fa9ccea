using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.App.Doctor;

/// <summary>The machine's graphics cards, and what this build makes of them. A machine without one is as it should be.</summary>
/// <param name="driver">What NVIDIA's driver has said.</param>
/// <param name="usesCards">Whether this build has an engine that computes on cards.</param>
internal sealed class CardCheck(NvidiaDriver driver, bool usesCards)
{
    private const string CpuWorks = "the CPU engine does the work";

    /// <summary>The driver and each card.</summary>
    internal IEnumerable<Finding> Findings()
    {
        if (!driver.IsThere) return [Of(Level.Ok, $"none; {CpuWorks}", null)];
        if (driver.Fault is { } fault)
            return [usesCards ? Of(Level.Warning, fault, $"meanwhile {CpuWorks}") : Of(Level.Ok, $"none that could be used: {fault}; {CpuWorks}", null)];
        if (!usesCards)
        {
            var idle = driver.Cards.First(card => CardRules.Fault(card) is null);
            return [Of(idle, Level.Warning, $"there is {Describe(idle)}, which this build does not use", "build the program for it with: dotnet publish src/TorchUpscaler.App -c Release -p:Packages=full -o out")];
        }
        return [Of(Level.Ok, $"the driver{(driver.Version is null ? "" : $" {driver.Version}")} knows CUDA {driver.Cuda}", null), .. driver.Cards.Select(Judge)];
    }

    private static Finding Judge(NvidiaCard card)
    {
        if (CardRules.Fault(card) is { } fault) return Of(card, Level.Ok, $"cuda:{card.Index} is not used: {fault}", null);
        var precision = CardRules.PrecisionFor(card);
        var free = NvidiaDriver.FreeBytes(card.Index);
        var because = precision == Precision.Float32 ? ", as such cards make black pictures in fp16" : "";
        return Of(card, Level.Ok, $"cuda:{card.Index} is {Describe(card)}{(free is null ? "" : $" of which {MemorySize.Format(free.Value)} are free")}; networks compute in {NameOf(precision)} on it{because}", null, free, precision);
    }

    private static string NameOf(Precision precision) => Engines.Precisions[(int)precision];

    private static string Describe(NvidiaCard card) => $"{card.Name} with compute capability {card.Capability} and {MemorySize.Format(card.TotalBytes)}";

    private Finding Of(Level level, string text, string? advice) => new("gpu", level, text, advice)
    {
        Values = json =>
        {
            if (driver.Version is not null) json.WriteString("driver", driver.Version);
            if (driver.Cuda is not null) json.WriteString("cuda", driver.Cuda.ToString());
        },
    };

    private static Finding Of(NvidiaCard card, Level level, string text, string? advice, long? free = null, Precision? precision = null) => new("gpu", level, text, advice)
    {
        Values = json =>
        {
            json.WriteString("device", $"cuda:{card.Index}");
            json.WriteString("name", card.Name);
            json.WriteString("capability", card.Capability.ToString());
            json.WriteNumber("bytes", card.TotalBytes);
            if (free is not null) json.WriteNumber("freeBytes", free.Value);
            if (precision is not null) json.WriteString("precision", NameOf(precision.Value));
        },
    };
}
