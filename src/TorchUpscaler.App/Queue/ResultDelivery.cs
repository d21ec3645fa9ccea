using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>A result that has been written where it was asked for.</summary>
/// <param name="Job">The job.</param>
/// <param name="Output">The file.</param>
internal sealed record DeliveredResult(Job Job, string Output);

/// <summary>There is no result and will be none: the job has failed, or been cancelled, or expired.</summary>
internal sealed class JobEndedException(string message) : IOException(message);

/// <summary>Puts results into a folder, under names as <c>upscale</c> gives them, and tells the store so.</summary>
/// <param name="store">The queue.</param>
/// <param name="folder">The folder; made where it is not there.</param>
/// <param name="force">Whether files that are there are replaced.</param>
internal sealed class ResultDelivery(IJobStore store, string folder, bool force)
{
    /// <summary>The front end of jobs that this program hands in, and delivers itself. Others' it only copies.</summary>
    internal const string FrontEnd = "submit";

    private const int LongestName = 180; // bytes; with what is put behind it, a file name takes 255

    private readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal); // files of this invocation, and whose they are
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);        // those that are there by now

    /// <summary>Delivers a job's result. A result that has been delivered is delivered again, as long as it is kept.</summary>
    /// <exception cref="InputException">There is no such job, it is not done yet, its result is gone, or the file is there already.</exception>
    /// <exception cref="JobEndedException">It has failed, been cancelled or expired; its sender knows now.</exception>
    /// <exception cref="IOException">The file cannot be written, or the store is out.</exception>
    internal DeliveredResult Deliver(long id)
    {
        var job = Find(store, id);
        if (job.State is JobState.Received or JobState.Queued or JobState.Running)
            throw new InputException($"{Called(job)} is not done yet, it is {JobText.Name(job.State)}; fetch it later");
        if (job.State is JobState.Failed or JobState.Cancelled or JobState.Expired) throw Ended(job);

        var output = PathFor(job);
        if (!force && Path.Exists(output) && !_written.Contains(output))
            throw new InputException($"{Called(job)}: {Display.Path(output)} exists; replace it with --force, or choose another folder with -o");
        if (job.FrontEnd == FrontEnd && job.State == JobState.Upscaled) DeliverClaimed(job, output);
        else Copy(job, output);
        return new DeliveredResult(job, output);
    }

    /// <summary>A job of the store.</summary>
    /// <exception cref="InputException">There is none of this number.</exception>
    internal static Job Find(IJobStore store, long id) =>
        store.Find(id) ?? throw new InputException(string.Create(CultureInfo.InvariantCulture, $"there is no job {id} in {store.Description}; see: torchupscaler queue list"));

    /// <summary>A job's number and picture.</summary>
    internal static string Called(Job job) => string.Create(CultureInfo.InvariantCulture, $"job {job.Id} ({Display.Text(job.Name)})");

    private void DeliverClaimed(Job job, string output)
    {
        if (Claim(job.Id) is not { } claimed)
            throw new InputException($"{Called(job)} is being delivered by somebody else at the moment; try again in a minute");
        try
        {
            Copy(claimed, output);
            store.Told(claimed.Claim);
        }
        catch
        {
            HandBack(claimed);
            throw;
        }
    }

    // What a process died over that was fetching it is free at once. What an outage has left with this one is still its own.
    private Job? Claim(long id) =>
        store.ClaimDelivery(id)
        ?? (store.RescueDead() > 0 ? store.ClaimDelivery(id) : null)
        ?? (store.Find(id) is { } job && job.LeaseOwner == store.Owner ? job : null);

    private void HandBack(Job claimed)
    {
        try
        {
            store.HandBack(claimed.Claim, TimeSpan.Zero);
        }
        catch (StoreUnavailableException)
        {
            // Another try goes on with it, or its lease ends.
        }
    }

    private void Copy(Job job, string output)
    {
        var result = store.FetchResult(job)
            ?? throw new InputException($"{Called(job)}: its result is not kept any more; submit the picture again");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the folder {Display.Path(folder)} cannot be made; choose another one with -o ({error.Message.TrimEnd('.')})", error);
        }
        DurableFile.Copy(result, output, force || _written.Contains(output));
        _written.Add(output);
        store.Forget(job.Claim);
    }

    private JobEndedException Ended(Job job)
    {
        if (job.FrontEnd == FrontEnd && Claim(job.Id) is { } claimed) store.Told(claimed.Claim);
        var state = JobText.Name(job.State);
        var why = job.Error is { } error && error != state ? $": {error}" : "";
        return new JobEndedException($"{Called(job)} {(job.State == JobState.Failed ? state : $"is {state}")}{why}");
    }

    // NAME_x4.EXT; of two of one name, the second has its job's number in it.
    private string PathFor(Job job)
    {
        var scale = Math.Max(1, (int)Math.Round((double)job.ResultWidth / Math.Max(1, job.Width)));
        var extension = Path.GetExtension(job.ResultFile ?? "");
        var (name, end) = (NameOf(job), string.Create(CultureInfo.InvariantCulture, $"_x{scale}{extension}"));
        var path = Path.Combine(folder, name + end);
        if (_taken.TryAdd(path, job.Id) || _taken[path] == job.Id) return path;
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{job.Id}{end}"));
    }

    // The name comes from outside: it is a name here, never a path.
    private static string NameOf(Job job)
    {
        var name = Path.GetFileNameWithoutExtension(Display.Text(job.Name.Replace('\\', '/')).Replace('?', '_'));
        if (name.Trim(' ', '.').Length == 0) return string.Create(CultureInfo.InvariantCulture, $"job-{job.Id}");
        var bytes = 0;
        return string.Concat(name.EnumerateRunes().TakeWhile(rune => (bytes += rune.Utf8SequenceLength) <= LongestName));
    }
}
