using System.Globalization;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>What was measured on.</summary>
/// <param name="Processor">The processor's own name.</param>
/// <param name="Cores">Cores that the system shows.</param>
/// <param name="MemoryGb">Memory in 2³⁰ bytes.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The .NET runtime.</param>
internal sealed record Machine(string Processor, int Cores, double MemoryGb, string System, string Runtime)
{
    /// <summary>This one.</summary>
    public static Machine Here() => new(
        Field("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        $"{RuntimeInformation.OSDescription.Trim()}, kernel {Environment.OSVersion.Version.ToString(3)}",
        RuntimeInformation.FrameworkDescription);

    /// <summary>In a line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Processor}, {Cores} cores, {MemoryGb:0.0} GB, {System}, {Runtime}");

    // model name      : AMD EPYC
    private static string? Field(string file, string name) => !File.Exists(file) ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();
}
