namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>One piece of work that several do in turn: each once a round, so that what disturbs the machine disturbs all.</summary>
/// <param name="work">What they do, as the report calls it.</param>
/// <param name="report">Takes the times.</param>
internal sealed class Contest(string work, Report report)
{
    private const int Pause = 200; // ms, in which the threads of whoever was last go to sleep

    private readonly List<(string By, Func<double> Run)> _contestants = [];
    private readonly Dictionary<string, BenchException> _failures = [];

    /// <summary>What they do.</summary>
    public string Work => work;

    /// <summary>Takes someone in.</summary>
    /// <param name="by">Who.</param>
    /// <param name="prepare">All that comes before it is timed: starting, loading, a first run to get warm, a look at the result.</param>
    /// <param name="run">The work, and its seconds.</param>
    public void Enter(string by, Action prepare, Func<double> run)
    {
        try
        {
            report.Say($"{work}, {by}: getting ready");
            prepare();
            _contestants.Add((by, run));
        }
        catch (BenchException failure)
        {
            Fail(by, failure);
        }
    }

    /// <summary>Lets all do the work so many times, in turn.</summary>
    public void Run(int rounds)
    {
        for (var round = 0; round < rounds; round++)
            foreach (var (by, run) in _contestants.ToArray())
            {
                try
                {
                    Thread.Sleep(Pause);
                    report.Add(work, by, run());
                }
                catch (BenchException failure)
                {
                    _contestants.RemoveAll(contestant => contestant.By == by);
                    Fail(by, failure);
                }
            }
    }

    /// <summary>Makes sure that nothing has failed for these.</summary>
    /// <exception cref="BenchException">Something has; it is that failure again.</exception>
    public void Require(params string[] contestants)
    {
        foreach (var by in contestants)
        {
            if (_failures.TryGetValue(by, out var failure)) throw new BenchException(failure.Message, failure);
            if (_contestants.All(contestant => contestant.By != by)) throw new BenchException($"{by} has not done {work}");
        }
    }

    private void Fail(string by, BenchException failure)
    {
        _failures[by] = failure;
        report.Say($"{work}, {by} fails: {failure.Message}");
    }
}
