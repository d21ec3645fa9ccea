using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Answers a picture that was made for the same person with the same settings before, at once, from Telegram's own file.</summary>
/// <param name="data">What the bot keeps.</param>
/// <param name="sender">Sends.</param>
/// <param name="metrics">What is measured.</param>
public sealed class Repeats(BotData data, SendScheduler sender, BotMetrics metrics)
{
    /// <summary>Answers, where that can be.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="format">The result's format.</param>
    /// <param name="model">The model, or null.</param>
    /// <param name="cancellation">The process is to end.</param>
    /// <returns>False where the picture has to be made.</returns>
    /// <exception cref="BotApiException">Telegram cannot be reached now.</exception>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<bool> Answer(PictureRequest request, int scale, PictureFormat format, string? model, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.UniqueId is not { } unique) return false;
        var settings = SettingsOf(scale, format, model);
        if (data.Sent.Find(request.Person, unique, settings) is not { } known) return false;
        if (request.ReplyAs != ReplyAs.Photo && known.Document is null || request.ReplyAs != ReplyAs.Document && known.Photo is null) return false;
        try
        {
            var caption = StatusTexts.DoneAtOnce(Speech.In(request.Language));
            if (request.ReplyAs != ReplyAs.Document)
                await sender.SendPhoto(Message(request, known.Photo!, request.ReplyAs == ReplyAs.Both ? FormattedText.Empty : caption), SendPriority.Result, cancellation).ConfigureAwait(false);
            if (request.ReplyAs != ReplyAs.Photo)
                await sender.SendDocument(Message(request, known.Document!, caption), SendPriority.Result, cancellation).ConfigureAwait(false);
            metrics.Repeated();
            return true;
        }
        catch (BotApiException error) when (error.MayHaveHappened)
        {
            return true; // sent, as far as anybody knows; asking again would help
        }
        catch (BotApiException error) when (!error.IsTransient && !error.IsEndOfChat())
        {
            // Telegram has the file no more: it is made again.
            data.Sent.Forget(request.Person, unique, settings);
            return false;
        }
    }

    /// <summary>What a result depends on beside the picture.</summary>
    internal static string SettingsOf(Job job) => SettingsOf(job.Scale, job.Format, job.Model);

    private static string SettingsOf(int? scale, PictureFormat? format, string? model) =>
        FormattableString.Invariant($"x{scale ?? StatusTexts.UsualScale} {format ?? PictureFormat.Png} {model}");

    private static FileMessage Message(PictureRequest request, string file, FormattedText caption) =>
        new() { Chat = request.Chat, Thread = request.Thread, ReplyTo = request.Message, File = OutgoingFile.Known(file), Caption = caption };
}
