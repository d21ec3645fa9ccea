using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.Core;

/// <summary>What the process holds now.</summary>
public static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Resident bytes of the process: VmRSS on Linux, the working set elsewhere.</summary>
    public static long ResidentBytes()
    {
        if (OperatingSystem.IsLinux() && File.Exists(Status))
            foreach (var line in File.ReadLines(Status))
                if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                    return 1024 * long.Parse(line.AsSpan(6).Trim().TrimEnd(" kB"), CultureInfo.InvariantCulture);
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
