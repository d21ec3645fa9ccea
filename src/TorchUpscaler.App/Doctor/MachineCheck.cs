using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;

namespace TorchUpscaler.App.Doctor;

/// <summary>The machine as the program sees it.</summary>
/// <param name="system">What Linux tells of it.</param>
/// <param name="cores">Cores that the process may use.</param>
/// <param name="budget">Memory that is used without <c>--memory</c>, in bytes.</param>
internal sealed class MachineCheck(SystemFiles system, int cores, long budget)
{
    /// <summary>What x4plus takes at least, rounded up.</summary>
    private const long UsualModelBytes = 800L << 20;

    /// <summary>Cores, vectors and memory.</summary>
    internal IEnumerable<Finding> Findings()
    {
        yield return Cores();
        yield return Vectors();
        yield return Memory();
    }

    private Finding Cores()
    {
        var limit = system.CpuLimit;
        var text = limit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{cores} to compute on")
            : string.Create(CultureInfo.InvariantCulture, $"{cores} to compute on; the container may take the time of {limit:0.##}");
        var isUneven = limit < cores;
        return new Finding("cores", isUneven ? Level.Warning : Level.Ok, text,
            isUneven ? string.Create(CultureInfo.InvariantCulture, $"give --threads {Math.Max(1, (int)limit!)}: threads that wait for their time hold up the others") : null)
        {
            Values = json =>
            {
                json.WriteNumber("cores", cores);
                if (limit is not null) json.WriteNumber("limit", limit.Value);
            },
        };
    }

    private static Finding Vectors()
    {
        var width = CpuEngine.VectorWidth;
        return width is "AVX-512" or "AVX2"
            ? new Finding("vectors", Level.Ok, $"{width} in use") { Values = json => json.WriteString("width", width) }
            : new Finding("vectors", Level.Warning, $"{width} in use", "this is correct but slow: a processor with AVX2 or AVX-512 is several times as fast, and so is x4fast (-m x4fast)")
            {
                Values = json => json.WriteString("width", width),
            };
    }

    private Finding Memory()
    {
        var limit = system.MemoryLimit is { } bytes && bytes < (system.Memory ?? long.MaxValue) ? system.MemoryLimit : null;
        var parts = new List<string>();
        if (system.Memory is { } all) parts.Add($"{MemorySize.Format(all)} in the machine");
        if (limit is not null) parts.Add($"{MemorySize.Format(limit.Value)} allowed to the container");
        if (system.FreeMemory is { } free) parts.Add($"{MemorySize.Format(free)} free");
        parts.Add($"{MemorySize.Format(budget)} is the budget without --memory");

        var advice = budget < UsualModelBytes ? $"x4plus needs {MemorySize.Format(UsualModelBytes)}: give --memory {MemorySize.Format(UsualModelBytes)} where there is so much, or take -m x4fast"
            : system.FreeMemory < budget ? $"less is free than the budget allows: close other programs, or give --memory {MemorySize.Format(Math.Max(1 << 20, system.FreeMemory.Value * 3 / 4))}"
            : null;
        return new Finding("memory", advice is null ? Level.Ok : Level.Warning, string.Join("; ", parts), advice)
        {
            Values = json =>
            {
                if (system.Memory is { } all) json.WriteNumber("bytes", all);
                if (limit is not null) json.WriteNumber("limitBytes", limit.Value);
                if (system.FreeMemory is { } free) json.WriteNumber("freeBytes", free);
                json.WriteNumber("budgetBytes", budget);
            },
        };
    }
}
