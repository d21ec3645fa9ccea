using System.Globalization;

namespace TorchUpscaler.App.Doctor;

/// <summary>What Linux tells of a machine in files.</summary>
/// <param name="root">The folder that stands for <c>/</c>.</param>
internal sealed class SystemFiles(string root = "/")
{
    private const long NoLimit = 1L << 60; // version 1 of control groups has numbers near 2⁶³ for it

    /// <summary>Bytes of the machine's memory, or null where nothing says so.</summary>
    internal long? Memory => Meminfo("MemTotal:");

    /// <summary>Bytes of it that are free or can be freed, or null.</summary>
    internal long? FreeMemory => Meminfo("MemAvailable:");

    /// <summary>Bytes that the container may take, or null where it is not limited.</summary>
    internal long? MemoryLimit => (Number("sys/fs/cgroup/memory.max") ?? Number("sys/fs/cgroup/memory/memory.limit_in_bytes")) is { } bytes and < NoLimit ? bytes : null;

    /// <summary>Cores' worth of time that the container may take, or null where it is not limited.</summary>
    internal double? CpuLimit
    {
        get
        {
            // "150000 100000" or "max 100000": microseconds of each period.
            var words = Text("sys/fs/cgroup/cpu.max")?.Split(' ');
            var quota = words is [var first, _] ? Parse(first) : Number("sys/fs/cgroup/cpu/cpu.cfs_quota_us");
            var period = words is [_, var second] ? Parse(second) : Number("sys/fs/cgroup/cpu/cpu.cfs_period_us");
            return quota > 0 && period > 0 ? (double)quota / period : null;
        }
    }

    private long? Meminfo(string key)
    {
        var line = Text("proc/meminfo")?.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal));
        return line is null ? null : Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim()) * 1024;
    }

    private long? Number(string path) => Text(path) is { } text ? Parse(text) : null;

    private static long? Parse(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string? Text(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
