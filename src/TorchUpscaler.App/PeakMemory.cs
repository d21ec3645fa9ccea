using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.App;

/// <summary>The process's peak resident memory.</summary>
internal static class PeakMemory
{
    private const string PeakLine = "VmHWM:";

    /// <summary>In MB (2²⁰ bytes), from the kernel's own count where there is one.</summary>
    internal static double Megabytes()
    {
        try
        {
            // VmHWM:      123456 kB
            var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(PeakLine, StringComparison.Ordinal));
            var kilobytes = line[PeakLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0].Trim();
            return long.Parse(kilobytes, CultureInfo.InvariantCulture) / 1024.0;
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or FormatException)
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64 / (double)(1 << 20);
        }
    }
}
