using System.Globalization;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>How fast one core reads memory, from the second-level cache to what lies behind all caches.</summary>
internal sealed class ReadingRow(Workshop shop, Report report)
{
    private static readonly int[] Sizes = [256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];

    /// <summary>Measures the row, if it is wanted.</summary>
    public void Measure() => report.Row(BenchRow.Reading, () =>
    {
        var speeds = Sizes.ToDictionary(size => size, _ => new List<double>());
        for (var round = 0; round < report.Options.Repeat(full: 5, quick: 3); round++)
            foreach (var size in Sizes) speeds[size].Add(SpeedOf(size));
        report.Reading.AddRange(Sizes.Select(size => new ReadingSpeed(size, Spread.MedianOf(speeds[size]) / 1e9)));
        var last = report.Reading[^1].GbPerSecond;
        return new RowResult(BenchRow.Reading, last, string.Join(", ", report.Reading.Select(Describe)), "");
    });

    private double SpeedOf(int bytes)
    {
        var answer = shop.Ours.Ask("read", bytes.ToString(CultureInfo.InvariantCulture));
        var seconds = answer.GetProperty("seconds").GetDouble();
        report.Log.Add($"reading {bytes} bytes", shop.Ours.Name, seconds);
        return answer.GetProperty("bytes").GetDouble() / seconds;
    }

    private static string Describe(ReadingSpeed speed) => string.Create(CultureInfo.InvariantCulture,
        $"{speed.GbPerSecond:0} from {(speed.Bytes < 1 << 20 ? $"{speed.Bytes >> 10} KB" : $"{speed.Bytes >> 20} MB")}");
}
