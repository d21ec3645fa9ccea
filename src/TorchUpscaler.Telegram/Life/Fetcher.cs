using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Fetches the pictures of received jobs, many at a time, checks their headers and queues them. A picture over which the process
/// dies has failed once; what is Telegram's or the disk's trouble is nobody's failure.
/// </summary>
internal sealed partial class Fetcher(
    IBotApi api, IJobStore store, PictureCheck check, LifeOptions options, HeldClaims claims, BotMetrics metrics, TimeProvider clock, ILogger<Fetcher> log) : IDisposable
{
    private const string CrashSentence = "the program broke down while it worked on the picture";
    private static readonly TimeSpan DiskRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(2);

    private readonly CheckGate _gate = new();
    private long _heldUntil = long.MinValue; // in the clock's timestamps
    private volatile BotApiException? _tokenRefused;

    /// <summary>Telegram's word that it does not know the token, once it has said so; null before.</summary>
    internal BotApiException? TokenRefused => _tokenRefused;

    /// <summary>Takes what waits, as far as there is room.</summary>
    /// <returns>The fetches that it has begun.</returns>
    internal IEnumerable<Task> Begin(int room, CancellationToken stop)
    {
        for (; room > 0 && clock.GetTimestamp() >= Volatile.Read(ref _heldUntil) && store.ClaimReceived(PictureRequest.FrontEnd) is { } job; room--) yield return Fetch(job, stop);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task Fetch(Job job, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(claims.Add(job), stop);
        try
        {
            await FetchAndQueue(job, ended.Token).ConfigureAwait(false);
            metrics.Fetched("queued");
        }
#pragma warning disable CA1031 // whatever breaks then
        catch (Exception) when (ended.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Cancelled by its sender, taken back, or the process ends.
            claims.HandBack(job.Claim, TimeSpan.Zero);
        }
        catch (StoreUnavailableException)
        {
            claims.HandBack(job.Claim, FirstRest);
        }
        catch (BotApiException error)
        {
            Refused(job, error);
        }
        catch (InputException error)
        {
            Fail(job, error.Message, isFinal: true);
        }
        catch (IOException error)
        {
            LogDisk(job.Id, error.Message);
            claims.HandBack(job.Claim, DiskRest);
        }
#pragma warning disable CA1031 // whatever a decoder throws is the picture's affair, never the process's
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogBroken(job.Id, error);
            Fail(job, CrashSentence, isFinal: false);
        }
        finally
        {
            claims.Remove(job.Claim);
            store.Forget(job.Claim);
        }
    }

    private async Task FetchAndQueue(Job job, CancellationToken cancellation)
    {
        var request = PictureRequest.Of(job) ?? throw new PictureException("the job was handed in by another program");
        var path = Path.Combine(store.WorkFolder(job.Claim), "picture");
        var remote = await api.GetFile(request.FileId, cancellation).ConfigureAwait(false);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        await api.Download(remote, file, options.Terms.LargestFetch, cancellation).ConfigureAwait(false);
        await file.FlushAsync(cancellation).ConfigureAwait(false);
        var picture = await CheckCharged(job, path, cancellation).ConfigureAwait(false);
        file.Position = 0;
        cancellation.ThrowIfCancellationRequested();
        await Task.Run(() => store.Accept(job.Claim, picture, file), CancellationToken.None).ConfigureAwait(false);
    }

    // A crash is charged to what is being checked, whosever fault it is. So what was being checked in one is checked alone from then on:
    // nobody's picture fails for another's.
    private Task<CheckedPicture> CheckCharged(Job job, string path, CancellationToken cancellation) => _gate.Inside(isAlone: job.Failures > 0, () => Task.Run(() =>
    {
        claims.SetActive(job.Claim, true);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return Check(job, path);
        }
        finally
        {
            claims.SetActive(job.Claim, false);
        }
    }, cancellation), cancellation);

    private CheckedPicture Check(Job job, string path)
    {
        try
        {
            return check.Check(path, job.Name, job.Model, job.Scale, job.Format).Picture;
        }
        catch (PictureException error) when (error.Message.Contains(path, StringComparison.Ordinal))
        {
            // Its sender knows it by its own name, and the store's folders are nobody's business.
            throw new PictureException(Display.Text(error.Message.Replace(path, job.Name, StringComparison.Ordinal)), error);
        }
        catch (WeightsException error)
        {
            // The models are the operator's affair; the worker says what its sender can do.
            LogModels(job.Id, error.Message);
            return check.CheckSize(path, job.Name, job.Model, job.Scale);
        }
    }

    private void Refused(Job job, BotApiException error)
    {
        if (error.Error == BotError.FileTooBig) Fail(job, Failure.TooBigToFetch, isFinal: true);
        else if (!error.IsTransient) Fail(job, Failure.FileGone, isFinal: true);
        else
        {
            LogUnreachable(job.Id, error.Message);
            metrics.Fetched("again");
            if (error.Error == BotError.BadToken) _tokenRefused = error;
            if (error.RetryAfter is { } hold) Hold(hold);
            claims.HandBack(job.Claim, error.Rest(job.Attempt, FirstRest, options.LongestRest));
        }
    }

    // Telegram has had too many calls, whatever they were for.
    private void Hold(TimeSpan time)
    {
        var until = clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);
        if (until > Volatile.Read(ref _heldUntil)) Volatile.Write(ref _heldUntil, until);
    }

    private void Fail(Job job, string sentence, bool isFinal)
    {
        metrics.Fetched("failed");
        LogFailed(job.Id, sentence);
        try
        {
            store.Fail(job.Claim, sentence, isFinal);
        }
        catch (StoreUnavailableException)
        {
            // It stays claimed until its lease is taken back.
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {Job} is refused: {Reason}")]
    private partial void LogFailed(long job, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {Job} is checked without its model: {Reason}")]
    private partial void LogModels(long job, string reason);

    [LoggerMessage(LogLevel.Warning, "The picture of job {Job} is fetched again later: {Reason}")]
    private partial void LogUnreachable(long job, string reason);

    [LoggerMessage(LogLevel.Warning, "The picture of job {Job} cannot be stored now: {Reason}")]
    private partial void LogDisk(long job, string reason);

    [LoggerMessage(LogLevel.Error, "Checking the picture of job {Job} failed")]
    private partial void LogBroken(long job, Exception error);
}
