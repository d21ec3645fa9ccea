using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.App.Doctor;

/// <summary>The machine's graphics cards, and what this build makes of them. A machine without one is as it should be.</summary>
/// <param name="driver">What NVIDIA's driver has said.</param>
/// <param name="hasTorch">Whether this build has the Torch engine.</param>
/// <param name="hasCuda">Whether it has what that computes on cards with; asked only where there is one that would do.</param>
internal sealed class CardCheck(NvidiaDriver driver, bool hasTorch, Func<bool> hasCuda)
{
    private const string CpuWorks = "the CPU engine does the work";
    private const string Build = "build the program for it with: dotnet publish src/TorchUpscaler.App -c Release -p:Packages=full";

    /// <summary>The driver and each card.</summary>
    internal IEnumerable<Finding> Findings()
    {
        if (!driver.IsThere) return [Of(Level.Ok, $"none; {CpuWorks}", null)];
        if (driver.Fault is { } fault)
            return [hasTorch ? Of(Level.Warning, fault, $"meanwhile {CpuWorks}") : Of(Level.Ok, $"none that could be used: {fault}; {CpuWorks}", null)];
        if (!hasTorch) return [Idle("which this build does not use", $"{Build} -o out")];
        if (!hasCuda()) return [Idle("which this build does not use: without CUDA's libraries, as with -p:Torch=cpu, it computes on the processor", $"{Build} -p:Torch=cuda -o out")];
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

    private Finding Idle(string why, string advice)
    {
        var card = driver.Cards.First(card => CardRules.Fault(card) is null);
        return Of(card, Level.Warning, $"there is {Describe(card)}, {why}", advice);
    }

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
