namespace TorchUpscaler.Benchmarks.Measuring;

/// <summary>One timed run.</summary>
/// <param name="Work">What was done, such as a picture's size.</param>
/// <param name="By">Who did it.</param>
/// <param name="Round">Runs of one round followed each other.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record TimedRun(string Work, string By, int Round, double Seconds);

/// <summary>Every run that has been timed.</summary>
internal sealed class RunLog
{
    private readonly List<TimedRun> _runs = [];

    /// <summary>All of them, in the order in which they were made.</summary>
    public IReadOnlyList<TimedRun> Runs => _runs;

    /// <summary>Takes a run.</summary>
    public void Add(string work, string by, double seconds) =>
        _runs.Add(new TimedRun(work, by, _runs.Count(run => run.Work == work && run.By == by) + 1, seconds));

    /// <summary>Seconds of all runs of one work by one of the contestants, by rounds.</summary>
    public IReadOnlyList<double> Of(string work, string by) =>
        [.. _runs.Where(run => run.Work == work && run.By == by).Select(run => run.Seconds)];

    /// <summary>The median of <see cref="Of"/>.</summary>
    public double MedianOf(string work, string by) => Spread.MedianOf(Of(work, by));
}
