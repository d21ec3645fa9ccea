using System.Globalization;
using TorchUpscaler.App.Service;
using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary><c>torchupscaler queue</c>: what an operator sees of a queue, and does to it.</summary>
/// <param name="store">The queue.</param>
/// <param name="progress">What people are told of what was done.</param>
/// <param name="output">What was asked for: standard output.</param>
/// <param name="json">Whether that is JSON.</param>
internal sealed class QueueCommand(IJobStore store, ProgressReporter progress, TextWriter output, bool json)
{
    /// <summary>Opens a store that is there; looking at a queue does not make one.</summary>
    /// <exception cref="InputException">There is none.</exception>
    internal static IJobStore Open(ServiceSettings settings)
    {
        if (settings.Store is { } store && JobStores.IsFolder(store) && !Directory.Exists(store))
            throw new InputException($"there is no queue in {Display.Path(store)}; name another one with --store, or make it with submit or worker");
        return settings.OpenStore();
    }

    /// <summary>Shows jobs, the newest first.</summary>
    internal int List(JobState? state, string? person, int limit)
    {
        var jobs = store.List(state, person, limit).Select(job => (Job: job, Place: PlaceOf(job))).ToList();
        if (json)
        {
            foreach (var (job, place) in jobs) Write(JobJson.Of(job, place));
            return ExitCodes.Done;
        }
        if (jobs.Count == 0) progress.Say($"no jobs in {store.Description}");
        else WriteTable(["id", "state", "class", "person", "picture", "size", ""], jobs.Select(item => RowOf(item.Job, item.Place)), 0);
        if (jobs.Count == limit) progress.Say($"the newest {limit} only; see more with --limit");
        return ExitCodes.Done;
    }

    /// <summary>Shows all about a job.</summary>
    internal int Show(long id)
    {
        var job = ResultDelivery.Find(store, id);
        if (json) Write(JobJson.Of(job, PlaceOf(job)));
        else WriteTable(JobSheet.Of(job, PlaceOf(job), DateTimeOffset.UtcNow));
        return ExitCodes.Done;
    }

    /// <summary>Shows what waits, runs and has ended, and who works.</summary>
    internal int Stats()
    {
        var stats = store.Stats();
        if (json)
        {
            Write(JobJson.Of(stats, store.Description));
            return ExitCodes.Done;
        }
        var classes = Enum.GetValues<JobClass>();
        WriteTable(["", .. classes.Select(JobText.Name)], Enum.GetValues<JobState>().Select(state =>
            new[] { JobText.Name(state) }.Concat(classes.Select(jobClass => stats.Of(state, jobClass).ToString(CultureInfo.InvariantCulture))).ToArray()), 1, 2, 3, 4);
        Write("");
        var now = DateTimeOffset.UtcNow;
        List<string[]> lines =
        [
            ["store", store.Description],
            ["oldest wait", JobText.Duration(stats.OldestWait)],
            ["queued work", $"about {JobText.Duration(stats.SecondsQueued)} for one worker"],
            .. stats.Workers.Select(worker => new[] { "worker", $"{worker.Owner}: {worker.About}, heard of {JobText.Time(worker.SeenAt, now)}" }),
        ];
        if (stats.Workers.Count == 0) lines.Add(["worker", "none has been heard of"]);
        WriteTable(lines);
        return ExitCodes.Done;
    }

    /// <summary>Ends jobs that are not upscaled yet.</summary>
    internal int Cancel(IReadOnlyList<long> ids) => new EachJob(progress).Do(ids, id =>
    {
        var job = ResultDelivery.Find(store, id);
        // Who handed a job in here sees it here.
        if (!store.Cancel(id, tellSender: job.FrontEnd != ResultDelivery.FrontEnd))
            throw new InputException($"{ResultDelivery.Called(job)} cannot be cancelled: it is {JobText.Name(ResultDelivery.Find(store, id).State)}");
        progress.Say($"{ResultDelivery.Called(job)}: cancelled");
    });

    /// <summary>Queues jobs again that ended without a result.</summary>
    internal int Retry(IReadOnlyList<long> ids) => new EachJob(progress).Do(ids, id =>
    {
        if (!store.Retry(id)) throw new InputException(WhyNotAgain(ResultDelivery.Find(store, id)));
        progress.Say($"{ResultDelivery.Called(ResultDelivery.Find(store, id))}: queued again");
    });

    /// <summary>Puts results into a folder.</summary>
    internal int Fetch(IReadOnlyList<long> ids, ResultDelivery delivery) => new EachJob(progress).Do(ids, id =>
        new DeliveryReport(progress, json ? output : TextWriter.Null).Tell(delivery.Deliver(id), input: null));

    /// <summary>Sets a person's share.</summary>
    internal int Weigh(string person, double weight)
    {
        store.SetWeight(person, weight);
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{person}: weight {weight}, for jobs that come from now on"));
        return ExitCodes.Done;
    }

    private static string WhyNotAgain(Job job)
    {
        var why = job.State is not (JobState.Failed or JobState.Cancelled or JobState.Expired) ? $"it is {JobText.Name(job.State)}, and has not failed"
            : job.InputFile is null ? "its picture is not kept any more; submit it again"
            : "somebody holds it at the moment; try again in a minute";
        return $"{ResultDelivery.Called(job)} cannot be tried again: {why}";
    }

    private QueuePlace? PlaceOf(Job job) => job.State == JobState.Queued ? store.Place(job.Id) : null;

    private static string[] RowOf(Job job, QueuePlace? place) =>
    [
        job.Id.ToString(CultureInfo.InvariantCulture),
        JobText.Name(job.State),
        JobText.Name(job.EffectiveClass),
        JobText.ShortName(job.Person),
        JobText.ShortName(job.Name),
        JobText.Size(job.Width, job.Height),
        Display.Text(JobText.Progress(job, place)),
    ];

    private void WriteTable(string[] head, IEnumerable<string[]> rows, params int[] right)
    {
        foreach (var line in JobText.Table([head, .. rows], right)) Write(line);
    }

    private void WriteTable(IReadOnlyList<string[]> lines)
    {
        foreach (var line in JobText.Table(lines)) Write(line);
    }

    private void Write(string line) => JsonLine.Write(output, line, "the answer");
}
