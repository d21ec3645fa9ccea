using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Sends the results of one photo or album, and notes of each send that it is begun and that it is done: after a crash nothing is
/// sent again that is known to be there, and what may be there twice is counted.
/// </summary>
internal sealed partial class Delivery(
    IJobStore store, BotData data, SendScheduler sender, ResultFiles files, LifeOptions options, HeldClaims claims, BotMetrics metrics, TimeProvider clock, ILogger<Delivery> log)
{
    private const int MostInAlbum = 10, MostRefusals = 5;
    private static readonly TimeSpan NoteRest = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, int> _refusals = []; // by the job

    /// <summary>Delivers.</summary>
    /// <param name="status">The jobs' status message, or null.</param>
    /// <param name="jobs">Held jobs that have ended.</param>
    /// <param name="stop">The process is to end.</param>
    /// <returns>How long those rest that are still held: they could not be delivered now.</returns>
    internal async Task<TimeSpan> Deliver(StatusMessage? status, IReadOnlyList<Job> jobs, CancellationToken stop)
    {
        foreach (var job in jobs.Where(job => job.State != JobState.Upscaled)) Told(job);
        var parts = jobs.Where(job => job.State == JobState.Upscaled).Select(job => PartOf(status, job)).OfType<Part>().OrderBy(part => part.Photo.Item).ToList();
        while (parts.Count > 0)
        {
            try
            {
                await Prepare(parts, stop).ConfigureAwait(false);
                await Send(parts, part => part.Photos, isPhoto: true, stop).ConfigureAwait(false);
                await Send(parts, part => part.Documents, isPhoto: false, stop).ConfigureAwait(false);
                foreach (var part in parts) Told(part.Job);
                return TimeSpan.Zero;
            }
            catch (BotApiException error)
            {
                if (Refused(parts, error) is { } rest) return rest;
            }
        }
        return TimeSpan.Zero;
    }

    private Part? PartOf(StatusMessage? status, Job job)
    {
        if (PictureRequest.Of(job) is not { } request)
        {
            LogForeign(job.Id);
            Told(job);
            return null;
        }
        // A status message's chat follows a group that has become a supergroup.
        return new Part(job, request with { Chat = status?.Chat ?? request.Chat }, data.Statuses.Photo(job.Id) ?? new StatusPhoto { Job = job.Id });
    }

    // What of each result is still to be sent, in files that Telegram takes.
    private async Task Prepare(List<Part> parts, CancellationToken stop)
    {
        foreach (var part in parts.ToList())
        {
            var (job, asked) = (part.Job, part.Request.ReplyAs);
            (part.Photos, part.Documents) = (null, null);
            var path = await Task.Run(() => store.FetchResult(job), stop).ConfigureAwait(false);
            if (path is null)
            {
                GiveUp(part, "the stored picture is gone; send it again");
                parts.Remove(part);
                continue;
            }
            var isPhoto = asked != ReplyAs.Document && !part.IsNoPhoto && ResultFiles.CanBePhoto(job.ResultWidth, job.ResultHeight);
            if (isPhoto && part.Photo.Photo is null) part.Photos = await files.Photo(job, path, stop).ConfigureAwait(false);
            isPhoto = isPhoto && (part.Photo.Photo ?? (object?)part.Photos) is not null;
            if (part.Photo.Document is not null || isPhoto && asked == ReplyAs.Photo) continue;
            part.Note = asked == ReplyAs.Photo ? part.Speech.Say(TextKey.ResultNotAPhoto) : FormattedText.Empty;
            part.Documents = part.IsTooBig ? null : await files.Document(job, path, stop).ConfigureAwait(false);
            if (part.Documents is not null) continue;
            GiveUp(part, Failure.ResultTooBig);
            parts.Remove(part);
        }
    }

    private async Task Send(List<Part> parts, Func<Part, ResultFile?> fileOf, bool isPhoto, CancellationToken stop)
    {
        parts.RemoveAll(IsLost);
        foreach (var chunk in parts.Where(part => fileOf(part) is not null).Chunk(MostInAlbum))
        {
            stop.ThrowIfCancellationRequested();
            var jobs = chunk.Select(part => part.Job.Id).ToList();
            var again = data.Statuses.BeginSending(jobs);
            metrics.MayBeTwice(again);
            if (again > 0) LogMayBeTwice(again, jobs[0]);
            _ = ShowUpload(chunk[0].Request, isPhoto);
            IReadOnlyList<Message> sent;
            try
            {
                sent = await Send(chunk, fileOf, isPhoto).ConfigureAwait(false);
            }
            catch (BotApiException error) when (!error.MayHaveHappened)
            {
                data.Statuses.NotSent(jobs);
                throw;
            }
            await NoteSurely(chunk, sent, isPhoto, stop).ConfigureAwait(false);
        }
    }

    // What Telegram has confirmed is sent again by whoever does not know it.
    private async Task NoteSurely(Part[] parts, IReadOnlyList<Message> sent, bool isPhoto, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                Note(parts, sent, isPhoto);
                return;
            }
            catch (StoreUnavailableException error)
            {
                LogNotNoted(parts[0].Job.Id, error.Message);
                await Task.Delay(NoteRest, clock, stop).ConfigureAwait(false);
            }
        }
    }

    // Seen while the file goes up; where that cannot be, nothing is missed.
    private async Task ShowUpload(PictureRequest request, bool isPhoto)
    {
        try
        {
            await sender.SendChatAction(request.Chat, request.Thread, isPhoto ? ChatAction.UploadPhoto : ChatAction.UploadDocument, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is BotApiException or OperationCanceledException)
        {
            // Whatever is the matter, the file itself meets it.
        }
    }

    // Whether it was erased while it was made ready, or is another process's now.
    private bool IsLost(Part part)
    {
        if (store.Renew(part.Job.Claim, part.Job.Progress, isActive: false)) return false;
        LogLost(part.Job.Id);
        claims.Remove(part.Job.Claim);
        return true;
    }

    // Not broken off when the process is to end: what is under way has some seconds, and is sent twice otherwise.
    private async Task<IReadOnlyList<Message>> Send(Part[] parts, Func<Part, ResultFile?> fileOf, bool isPhoto)
    {
        var first = parts[0].Request;
        if (parts.Length > 1)
        {
            var items = parts.Select(part => new AlbumItem(Outgoing(fileOf(part)!), Caption(part, fileOf(part)!))).ToList();
            return await sender.SendMediaGroup(
                new AlbumMessage { Chat = first.Chat, Thread = first.Thread, ReplyTo = first.Message, Items = items, ArePhotos = isPhoto }, SendPriority.Result, CancellationToken.None)
                .ConfigureAwait(false);
        }
        var file = fileOf(parts[0])!;
        var message = new FileMessage { Chat = first.Chat, Thread = parts[0].IsWithoutThread ? null : first.Thread, ReplyTo = first.Message, File = Outgoing(file), Caption = Caption(parts[0], file) };
        return [await (isPhoto ? sender.SendPhoto(message, SendPriority.Result, CancellationToken.None) : sender.SendDocument(message, SendPriority.Result, CancellationToken.None)).ConfigureAwait(false)];
    }

    private void Note(Part[] parts, IReadOnlyList<Message> sent, bool isPhoto)
    {
        // Which is which is known only where all have come back.
        var ids = parts.Select((_, i) => sent.Count == parts.Length ? isPhoto ? sent[i].LargestPhoto?.FileId : (sent[i].Document?.FileId ?? sent[i].Sticker?.FileId) : null).ToList();
        data.Statuses.Sent(parts.Select((part, i) => (part.Job.Id, isPhoto ? null : ids[i] ?? "", isPhoto ? ids[i] ?? "" : null)));
        foreach (var (part, id) in parts.Zip(ids))
        {
            part.Photo = isPhoto ? part.Photo with { Photo = id ?? "" } : part.Photo with { Document = id ?? "" };
            if (string.IsNullOrEmpty(id) || part.Request.UniqueId is not { } unique) continue;
            data.Sent.Add(part.Job.Id, part.Request.Person, unique, Repeats.SettingsOf(part.Job), new SentResult { Document = isPhoto ? null : id, Photo = isPhoto ? id : null });
        }
    }

    /// <returns>How long the parts rest; null where they are tried again at once.</returns>
    private TimeSpan? Refused(List<Part> parts, BotApiException error)
    {
        var (job, chat) = (parts[0].Job, parts[0].Request.Chat);
        if (error is { Error: BotError.Migrated, MigratedTo: { } moved })
        {
            data.MoveChat(chat, moved);
            foreach (var part in parts) part.Request = part.Request with { Chat = moved };
            return null;
        }
        if (error.IsEndOfChat())
        {
            if (chat > 0 && error.Error == BotError.Blocked) data.People.SetBlocked(chat, true);
            LogChatEnded(job.Id, error.Error);
            foreach (var part in parts) Told(part.Job, "unreachable");
            return TimeSpan.Zero;
        }
        if (error.IsTransient || error.MayHaveHappened)
        {
            LogAgain(job.Id, error.Message);
            return error.Rest(job.Deliveries, options.DeliveryRest, options.LongestRest);
        }
        if (error.Error is BotError.PhotoRefused or BotError.FileTooBig && parts.Exists(part => part is { IsNoPhoto: false, Photos: not null, Photo.Photo: null })) return TryAs(parts, part => part.IsNoPhoto = true);
        if (error.Error == BotError.FileTooBig && parts.Exists(part => !part.IsTooBig)) return TryAs(parts, part => part.IsTooBig = true);
        if (parts.Exists(part => part is { IsWithoutThread: false, Request.Thread: not null })) return TryAs(parts, part => part.Request = part.Request with { Thread = null });
        LogRefused(job.Id, error.Message);
        // Outages and restarts are no refusals: only what this process was told counts.
        if (_refusals.AddOrUpdate(job.Id, 1, (_, count) => count + 1) < MostRefusals) return error.Rest(job.Deliveries, options.DeliveryRest, options.LongestRest);
        foreach (var part in parts) GiveUp(part, "Telegram refuses the result");
        parts.Clear();
        return TimeSpan.Zero;
    }

    private static TimeSpan? TryAs(List<Part> parts, Action<Part> change)
    {
        parts.ForEach(change);
        return null;
    }

    // The result cannot be brought. Its sender is told that by the status message.
    private void GiveUp(Part part, string sentence)
    {
        data.Statuses.CannotSend(part.Job.Id, sentence);
        Told(part.Job, "impossible");
    }

    private void Told(Job job, string? outcome = null)
    {
        if (!store.Told(job.Claim)) LogLost(job.Id);
        claims.Remove(job.Claim);
        _refusals.TryRemove(job.Id, out _);
        var seconds = job.State == JobState.Upscaled && outcome is null ? (clock.GetUtcNow().ToUnixTimeMilliseconds() - job.ReceivedAt) / 1000.0 : (double?)null;
        metrics.Delivered(outcome ?? job.State.ToString().ToLowerInvariant(), seconds);
    }

    private FormattedText Caption(Part part, ResultFile file)
    {
        if (file.Fitted is not { } quality || file == part.Photos) return part.Note;
        var format = PictureFormats.Name(part.Job.Format ?? PictureFormat.Png);
        var fitted = part.Speech.Say(TextKey.ResultFittedJpeg, ("format", format), ("size", part.Speech.Size(part.Job.ResultBytes)),
            ("limit", part.Speech.Size(options.Terms.LargestSend)), ("quality", quality));
        return part.Note.Text.Length == 0 ? fitted : StatusTexts.Lines(part.Note, fitted);
    }

    private static OutgoingFile Outgoing(ResultFile file) => OutgoingFile.At(file.Path, file.Name);

    [LoggerMessage(LogLevel.Warning, "Job {Job} was handed in by another program and is not delivered")]
    private partial void LogForeign(long job);

    [LoggerMessage(LogLevel.Information, "The result of job {Job} cannot be delivered: {Error}")]
    private partial void LogChatEnded(long job, BotError error);

    [LoggerMessage(LogLevel.Warning, "The result of job {Job} is sent again later: {Reason}")]
    private partial void LogAgain(long job, string reason);

    [LoggerMessage(LogLevel.Error, "Telegram refuses the result of job {Job}: {Reason}")]
    private partial void LogRefused(long job, string reason);

    [LoggerMessage(LogLevel.Warning, "Sent again, as nobody knows whether Telegram took it before: {Count} from job {Job} on")]
    private partial void LogMayBeTwice(int count, long job);

    [LoggerMessage(LogLevel.Warning, "That the result of job {Job} is there cannot be noted yet: {Reason}")]
    private partial void LogNotNoted(long job, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {Job} was taken back while it was delivered")]
    private partial void LogLost(long job);

    /// <summary>One result on its way.</summary>
    private sealed class Part(Job job, PictureRequest request, StatusPhoto photo)
    {
        internal Job Job => job;

        internal PictureRequest Request { get; set; } = request;

        internal Speech Speech { get; } = Speech.In(request.Language);

        /// <summary>What of it is known to be there.</summary>
        internal StatusPhoto Photo { get; set; } = photo;

        /// <summary>The file to send as a photo, or null.</summary>
        internal ResultFile? Photos { get; set; }

        /// <summary>The file to send as a document, or null.</summary>
        internal ResultFile? Documents { get; set; }

        /// <summary>What is said below the document.</summary>
        internal FormattedText Note { get; set; } = FormattedText.Empty;

        internal bool IsNoPhoto { get; set; }

        internal bool IsTooBig { get; set; }

        internal bool IsWithoutThread => Request.Thread is null;
    }
}
