using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>The process's memory as Linux counts it, in bytes.</summary>
internal static class Memory
{
    /// <summary>Makes the peak start anew, and returns what the process holds now.</summary>
    internal static long ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Status("VmRSS:");
    }

    /// <summary>The most that the process has held since <see cref="ResetPeak"/>.</summary>
    internal static long Peak() => Status("VmHWM:");

    /// <summary>What an encoder adds to the process's memory. Every row is another one: repeated rows would fold away.</summary>
    internal static long OfEncodingNoise(IPictureCodec codec, string path, PictureFormat format, ResultShape shape)
    {
        var random = new Random(5);
        var row = new byte[shape.Width * shape.Channels * (shape.Bits / 8)];
        random.NextBytes(row); // so that the row is in memory before it is looked at
        var before = ResetPeak();
        using var writer = codec.Create(path, shape, new(format, Quality: 100));
        for (var y = 0; y < shape.Height; y++)
        {
            random.NextBytes(row);
            writer.Write(row, 1);
        }
        writer.Complete();
        return Peak() - before;
    }

    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
