using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Brings results to those who wait for them. An album's results come together when the last one is there; until then they are left in
/// the store, so that they hold up nobody. A chat that takes little gets little at a time, for the same reason. What became of jobs
/// without a result is said by the status board, which forgets nothing; here they are only seen off.
/// </summary>
internal sealed partial class DeliveryDesk(IJobStore store, BotData data, Delivery delivery, LifeOptions options, HeldClaims claims, ILogger<DeliveryDesk> log)
{
    private const int MostInChat = 2;
    private static readonly TimeSpan TakingIn = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<long> _active = []; // the chats of the deliveries that are under way

    /// <summary>Takes what is to be delivered, as far as there is room.</summary>
    /// <returns>The deliveries that it has begun, one after the other: what fails at one takes back none before it.</returns>
    internal IEnumerable<Task> Begin(CancellationToken stop)
    {
        if (Room(null) <= 0) yield break;
        // Of the chats that have enough already there may be as many parcels as deliveries are under way.
        foreach (var parcel in data.Statuses.ToDeliver(MostInChat, options.Uploads * (1 + MostInChat), TakingIn))
        {
            if (Room(null) <= 0) yield break;
            if (Room(parcel.Chat) <= 0) continue;
            var (status, jobs) = Claim(parcel);
            if (jobs.Count > 0) yield return Deliver(status, jobs, parcel.Chat, stop);
        }
    }

    // How many more deliveries there may be, to a chat or in all.
    private int Room(long? chat)
    {
        lock (_gate) return chat is { } one ? MostInChat - _active.Count(other => other == one) : options.Uploads - _active.Count;
    }

    private (StatusMessage? Status, List<Job> Jobs) Claim(Deliverable parcel)
    {
        var jobs = new List<Job>();
        var isWhole = false;
        try
        {
            // Those of unfinished requests belong to no status message yet: their update is handled again, or they are delivered alone.
            var status = parcel.Status is { } key ? data.Statuses.Find(key) : null;
            foreach (var id in status is null ? [parcel.Job] : data.Statuses.Photos(status.Key).Select(photo => photo.Job))
            {
                if (store.ClaimDelivery(id) is not { } job) continue; // told already, or gone
                claims.Add(job);
                jobs.Add(job);
            }
            isWhole = true;
            return (status, jobs);
        }
        finally
        {
            if (!isWhole) LetGo(jobs, TimeSpan.Zero);
        }
    }

    private async Task Deliver(StatusMessage? status, List<Job> jobs, long chat, CancellationToken stop)
    {
        lock (_gate) _active.Add(chat);
        await Task.Yield();
        var rest = options.DeliveryRest;
        try
        {
            rest = await delivery.Deliver(status, jobs, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            rest = TimeSpan.Zero; // the process ends
        }
        catch (StoreUnavailableException)
        {
            // Handed back when it answers again.
        }
        catch (IOException error)
        {
            LogHindered(jobs[0].Id, error.Message);
        }
#pragma warning disable CA1031 // one delivery that fails, for whatever reason, must not end the others
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(jobs[0].Id, error);
            rest = options.LongestRest;
        }
        finally
        {
            LetGo(jobs, rest);
            lock (_gate) _active.Remove(chat);
        }
    }

    private void LetGo(List<Job> jobs, TimeSpan rest)
    {
        foreach (var job in jobs)
            if (claims.Has(job.Claim)) claims.HandBack(job.Claim, rest); // else delivered
    }

    [LoggerMessage(LogLevel.Warning, "The result of job {Job} is delivered later: {Reason}")]
    private partial void LogHindered(long job, string reason);

    [LoggerMessage(LogLevel.Error, "The delivery of job {Job} failed and is tried again")]
    private partial void LogFailed(long job, Exception error);
}
