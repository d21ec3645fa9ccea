using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Brings results to those who wait for them. An album's results are held together until the last one is there. A chat that takes
/// little gets little at a time, so that it holds up no other. What became of jobs without a result is said by the status board,
/// which forgets nothing; here they are only seen off.
/// </summary>
internal sealed partial class DeliveryDesk(IJobStore store, BotData data, Delivery delivery, LifeOptions options, HeldClaims claims, TimeProvider clock, ILogger<DeliveryDesk> log)
{
    private const int MostHeld = 256, MostInChat = 2;
    private static readonly TimeSpan TakingIn = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Parcel> _parcels = [];
    private int _held;

    /// <summary>Takes what is to be delivered, as far as there is room.</summary>
    /// <returns>The deliveries that it has begun.</returns>
    internal IReadOnlyList<Task> Begin(CancellationToken stop)
    {
        Claim();
        List<Parcel> ready;
        lock (_gate)
        {
            var (active, inChat) = (0, new Dictionary<long, int>());
            foreach (var parcel in _parcels.Values.Where(parcel => parcel.IsActive)) Count(parcel);
            ready = [];
            foreach (var parcel in _parcels.Values.Where(parcel => !parcel.IsActive))
            {
                if (active >= options.Uploads) break;
                if (inChat.GetValueOrDefault(parcel.Chat) >= MostInChat || !IsComplete(parcel)) continue;
                parcel.IsActive = true;
                Count(parcel);
                ready.Add(parcel);
            }

            void Count(Parcel parcel)
            {
                active++;
                inChat[parcel.Chat] = inChat.GetValueOrDefault(parcel.Chat) + 1;
            }
        }
        return [.. ready.Select(parcel => Deliver(parcel, stop))];
    }

    private void Claim()
    {
        while (_held < MostHeld && store.ClaimDelivery(PictureRequest.FrontEnd) is { } job) Hold(job);
    }

    private void Hold(Job job)
    {
        claims.Add(job);
        // Those of unfinished requests belong to no status message yet: their update is handled again, or they are delivered alone.
        var status = data.Statuses.Of(job.Id);
        var chat = status?.Chat ?? PictureRequest.Of(job)?.Chat ?? 0;
        var key = status?.Key ?? FormattableString.Invariant($"job {job.Id}");
        lock (_gate)
        {
            // A second parcel of an album is made where the first is on its way.
            if (_parcels.TryGetValue(key, out var parcel) && parcel.IsActive) key = FormattableString.Invariant($"{key} {job.Id}");
            if (!_parcels.TryGetValue(key, out parcel)) _parcels.Add(key, parcel = new Parcel(status, chat));
            parcel.Jobs.Add(job);
            _held++;
        }
    }

    // Whether all of an album that will come is here. Those that have ended unnoticed are fetched.
    private bool IsComplete(Parcel parcel)
    {
        if (parcel.Status is not { Count: > 1 } status) return true;
        var photos = data.Statuses.Photos(status.Key);
        var age = clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(status.CreatedAt);
        if (photos.Count < status.Count && age < TakingIn) return false;
        foreach (var photo in photos.Where(photo => !parcel.Jobs.Exists(job => job.Id == photo.Job)))
        {
            var job = store.Find(photo.Job);
            if (job is null or { ToldAt: not null }) continue;
            if (job.EndedAt is null || store.ClaimDelivery(photo.Job) is not { } claimed) return false;
            claims.Add(claimed);
            parcel.Jobs.Add(claimed);
            _held++;
        }
        return true;
    }

    private async Task Deliver(Parcel parcel, CancellationToken stop)
    {
        await Task.Yield();
        var rest = options.DeliveryRest;
        try
        {
            rest = await delivery.Deliver(parcel.Status, parcel.Jobs, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            rest = TimeSpan.Zero; // the process ends
        }
        catch (StoreUnavailableException)
        {
            // Handed back, or taken back when the leases end.
        }
        catch (IOException error)
        {
            LogHindered(parcel.Jobs[0].Id, error.Message);
        }
#pragma warning disable CA1031 // one delivery that fails, for whatever reason, must not end the others
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(parcel.Jobs[0].Id, error);
            rest = options.LongestRest;
        }
        finally
        {
            foreach (var job in parcel.Jobs) LetGo(job.Claim, rest);
            lock (_gate)
            {
                foreach (var key in _parcels.Where(pair => pair.Value == parcel).Select(pair => pair.Key).ToList()) _parcels.Remove(key);
                _held -= parcel.Jobs.Count;
            }
        }
    }

    private void LetGo(Claim claim, TimeSpan rest)
    {
        if (!claims.Has(claim)) return; // delivered
        claims.Remove(claim);
        try
        {
            store.HandBack(claim, rest);
        }
        catch (StoreUnavailableException)
        {
            // Its lease ends.
        }
        store.Forget(claim);
    }

    [LoggerMessage(LogLevel.Warning, "The result of job {Job} is delivered later: {Reason}")]
    private partial void LogHindered(long job, string reason);

    [LoggerMessage(LogLevel.Error, "The delivery of job {Job} failed and is tried again")]
    private partial void LogFailed(long job, Exception error);

    /// <summary>Jobs that are delivered together.</summary>
    private sealed class Parcel(StatusMessage? status, long chat)
    {
        internal StatusMessage? Status => status;

        internal long Chat => chat;

        internal List<Job> Jobs { get; } = [];

        internal bool IsActive { get; set; }
    }
}
