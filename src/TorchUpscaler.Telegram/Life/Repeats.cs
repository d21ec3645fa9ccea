using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Answers pictures that were made for the same person with the same settings before, at once, from Telegram's own files.</summary>
/// <param name="data">What the bot keeps.</param>
/// <param name="sender">Sends.</param>
/// <param name="terms">What pictures are taken and sent.</param>
/// <param name="metrics">What is measured.</param>
public sealed class Repeats(BotData data, SendScheduler sender, PictureTerms terms, BotMetrics metrics)
{
    private const int MostTries = 3;

    /// <summary>Answers, where that can be: an album as an album, and only where all of it is known.</summary>
    /// <param name="requests">What is asked for.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="format">The results' format.</param>
    /// <param name="model">The model, or null.</param>
    /// <param name="cancellation">The process is to end.</param>
    /// <returns>False where the pictures have to be made.</returns>
    /// <exception cref="BotApiException">Telegram cannot be reached now.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<bool> Answer(IReadOnlyList<PictureRequest> requests, int scale, PictureFormat format, string? model, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var settings = SettingsOf(scale, format, model);
        if (Known(requests, settings, format) is not { } sends) return false;
        var arrived = 0;
        try
        {
            foreach (var send in sends)
            {
                if (!await Insist(requests[0], send, cancellation).ConfigureAwait(false))
                {
                    metrics.MayBeTwice(arrived);
                    return false;
                }
                arrived += send.Items.Count;
            }
            metrics.Repeated(requests.Count);
            return true;
        }
        catch (BotApiException error) when (error.IsEndOfChat())
        {
            // Nobody hears it; or files are not taken there, which is told of what is made.
            if (error.Error == BotError.Blocked && requests[0].Chat > 0) data.People.SetBlocked(requests[0].Chat, true);
            return error.Error != BotError.NoRights;
        }
        catch (BotApiException error) when (error.IsTransient)
        {
            metrics.MayBeTwice(arrived);
            throw;
        }
        catch (BotApiException)
        {
            // Telegram has the files no more: they are made again.
            foreach (var request in requests) data.Sent.Forget(request.Person, request.UniqueId!, settings);
            return false;
        }
    }

    // What is to be sent, photos first; null where not all is known.
    private List<Files>? Known(IReadOnlyList<PictureRequest> requests, string settings, PictureFormat format)
    {
        Files photos = new([], ArePhotos: true), documents = new([], ArePhotos: false);
        foreach (var request in requests)
        {
            if (request.UniqueId is not { } unique || data.Sent.Find(request.Person, unique, settings) is not { } known) return null;
            var sent = SentAs.Of(known.Caption);
            // What was to be a photo and cannot be one came as a file.
            var isPhoto = request.ReplyAs != ReplyAs.Document && !(sent.IsNoPhoto && known.Photo is null);
            var isDocument = request.ReplyAs != ReplyAs.Photo || !isPhoto;
            if (isPhoto && known.Photo is null || isDocument && known.Document is null) return null;
            if (isPhoto) photos.Items.Add(new AlbumItem(OutgoingFile.Known(known.Photo!), FormattedText.Empty));
            if (isDocument) documents.Items.Add(new AlbumItem(OutgoingFile.Known(known.Document!), sent.Say(Speech.In(request.Language), format, request.ReplyAs, terms.LargestSend)));
        }
        List<Files> sends = [.. new[] { photos, documents }.Where(files => files.Items.Count > 0)];
        // Said once: below the first photo, which is an album's own caption, or below the last file.
        var (items, at) = sends[^1].ArePhotos ? (sends[^1].Items, 0) : (sends[^1].Items, sends[^1].Items.Count - 1);
        items[at] = items[at] with { Caption = StatusTexts.Lines(StatusTexts.DoneAtOnce(Speech.In(requests[0].Language)), items[at].Caption is { Text.Length: > 0 } own ? own : null) };
        return sends;
    }

    /// <summary>Sends again what may not have arrived: a file that Telegram has costs nothing, and nobody is left without.</summary>
    /// <returns>False where nobody knows in the end whether it has.</returns>
    private async Task<bool> Insist(PictureRequest request, Files files, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await Send(request, files, cancellation).ConfigureAwait(false);
                return true;
            }
            catch (BotApiException error) when (error.MayHaveHappened)
            {
                metrics.MayBeTwice(files.Items.Count);
                if (tries == MostTries) return false;
            }
        }
    }

    private Task Send(PictureRequest request, Files files, CancellationToken cancellation)
    {
        if (files.Items.Count > 1)
        {
            var album = new AlbumMessage { Chat = request.Chat, Thread = request.Thread, ReplyTo = request.Message, Items = files.Items, ArePhotos = files.ArePhotos };
            return sender.SendMediaGroup(album, SendPriority.Result, cancellation);
        }
        var message = new FileMessage { Chat = request.Chat, Thread = request.Thread, ReplyTo = request.Message, File = files.Items[0].File, Caption = files.Items[0].Caption };
        return files.ArePhotos ? sender.SendPhoto(message, SendPriority.Result, cancellation) : sender.SendDocument(message, SendPriority.Result, cancellation);
    }

    /// <summary>What a result depends on beside the picture.</summary>
    internal static string SettingsOf(Job job) => SettingsOf(job.Scale, job.Format, job.Model);

    private static string SettingsOf(int? scale, PictureFormat? format, string? model) =>
        FormattableString.Invariant($"x{scale ?? StatusTexts.UsualScale} {format ?? PictureFormat.Png} {model}");

    private sealed record Files(List<AlbumItem> Items, bool ArePhotos);
}
