using System.Globalization;
using TorchUpscaler.App.Upscale;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>A job that was accepted, and the picture's path as it was given.</summary>
internal sealed record AcceptedJob(long Id, string Input);

/// <summary>Waits for jobs, fetches their results as they come, and shows how far all of them are.</summary>
/// <param name="store">The queue.</param>
/// <param name="delivery">Puts results into their folder.</param>
/// <param name="progress">What people are told.</param>
/// <param name="output">What programs are told.</param>
/// <param name="howToFetch">The command that fetches jobs' results later.</param>
internal sealed class JobWait(IJobStore store, ResultDelivery delivery, ProgressReporter progress, TextWriter output, Func<IEnumerable<long>, string> howToFetch)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(0.5);

    private readonly DeliveryReport _report = new(progress, output);
    private bool _isOut;

    /// <summary>Waits until all have ended.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="each">Has counted what was refused before; what fails now is counted with it.</param>
    /// <param name="cancellation">Ends the waiting; the jobs stay in the queue.</param>
    /// <returns>The exit code.</returns>
    internal int Run(IReadOnlyList<AcceptedJob> jobs, EachJob each, CancellationToken cancellation)
    {
        var waiting = jobs.ToList();
        progress.Start(string.Create(CultureInfo.InvariantCulture, $"{jobs.Count} {(jobs.Count == 1 ? "picture" : "pictures")}"), "waiting for the results");
        long seen = 0;
        while (true)
        {
            seen = store.WaitForChange(seen, Pace, cancellation);
            if (cancellation.IsCancellationRequested) break;
            var done = LookAt(waiting, each);
            if (waiting.Count == 0) return each.ExitCode;
            progress.Advance((jobs.Count - waiting.Count + done) / jobs.Count);
        }
        progress.Say($"the jobs go on; their results can be fetched with: {howToFetch(waiting.Select(job => job.Id))}");
        throw new OperationCanceledException(cancellation);
    }

    private bool Deliver(AcceptedJob accepted)
    {
        _report.Tell(delivery.Deliver(accepted.Id), accepted.Input);
        return true;
    }

    // Delivers what has ended; the sum of what is done of the others.
    private double LookAt(List<AcceptedJob> waiting, EachJob each)
    {
        var done = 0.0;
        try
        {
            foreach (var accepted in waiting.ToList())
            {
                var job = store.Find(accepted.Id);
                if (job is { State: JobState.Received or JobState.Queued or JobState.Running }) done += job.Progress;
                else
                {
                    each.Try(() => Deliver(accepted), accepted.Input);
                    waiting.Remove(accepted);
                }
            }
            _isOut = false;
        }
        catch (StoreUnavailableException error)
        {
            if (!_isOut) progress.Say($"waiting for the store: {error.Message}");
            _isOut = true;
            Thread.Sleep(Pace);
        }
        return done;
    }
}
