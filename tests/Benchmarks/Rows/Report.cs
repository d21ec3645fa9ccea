using System.Globalization;
using TorchUpscaler.Benchmarks.Measuring;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>How fast one core reads.</summary>
/// <param name="Bytes">Bytes that are read again and again.</param>
/// <param name="GbPerSecond">10⁹ bytes a second.</param>
internal sealed record ReadingSpeed(long Bytes, double GbPerSecond);

/// <summary>All that has been measured, told as it comes.</summary>
internal sealed class Report(BenchOptions options, TextWriter progress)
{
    private readonly List<RowResult> _rows = [];
    private readonly List<Agreement> _agreements = [];

    public BenchOptions Options => options;

    /// <summary>Every timed run.</summary>
    public RunLog Log { get; } = new();

    /// <summary>Results that have been compared.</summary>
    public IReadOnlyList<Agreement> Agreements => _agreements;

    /// <summary>By size.</summary>
    public List<ReadingSpeed> Reading { get; } = [];

    /// <summary>The rows, in the order of <see cref="BenchRow.All"/>.</summary>
    public IReadOnlyList<RowResult> Rows => [.. _rows.OrderBy(result => BenchRow.All.ToList().IndexOf(result.Row))];

    /// <summary>Tells what goes on.</summary>
    public void Say(string line) => progress.WriteLine("== " + line);

    /// <summary>Compares two results, before a time is believed.</summary>
    /// <exception cref="BenchException">They are too far from each other.</exception>
    public void Check(string of, byte[] result, string with, byte[] reference)
    {
        var agreement = Agreement.Between(of, result, with, reference);
        _agreements.Add(agreement);
        Say(agreement.ToString());
        if (!agreement.Holds) throw new BenchException($"the results do not agree, so that no time is believed: {agreement}");
    }

    /// <summary>Takes a timed run.</summary>
    public double Add(string work, string by, double seconds)
    {
        Log.Add(work, by, seconds);
        Say(string.Create(CultureInfo.InvariantCulture, $"{work}, {by}: {seconds:0.000} s"));
        return seconds;
    }

    /// <summary>Makes a row's result if the row is wanted; where something fails, it is missing.</summary>
    public void Row(BenchRow row, Func<RowResult> measure)
    {
        if (!options.Wants(row)) return;
        try
        {
            _rows.Add(measure());
        }
        catch (BenchException why)
        {
            _rows.Add(RowResult.Without(row, why.Message));
            Say($"{row.Name} is missing: {why.Message}");
        }
    }

    /// <summary>A row that says how many times as long a peer takes as the engine, for the same work.</summary>
    public RowResult TimesAsLong(BenchRow row, string work, string peer, string ours)
    {
        var (theirs, mine) = (Log.Of(work, peer), Log.Of(work, ours));
        return new RowResult(row, Spread.MedianOf(theirs) / Spread.MedianOf(mine), Seconds(mine), $"{Seconds(theirs)} {peer}",
            Spread.MedianOfQuotients(theirs, mine));
    }

    /// <summary>Median and quartiles.</summary>
    public static string Seconds(IEnumerable<double> seconds)
    {
        var spread = Spread.Of(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.00} s ({spread.LowerQuartile:0.00}–{spread.UpperQuartile:0.00})");
    }
}
