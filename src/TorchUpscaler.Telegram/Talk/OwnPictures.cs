using System.Globalization;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>A person's pictures that are not done: to be looked at, and to be cancelled.</summary>
internal sealed class OwnPictures(TalkTools tools)
{
    private const int MostListed = 10, MostCancelled = 1000;

    private static readonly JobState[] s_cancellable = [JobState.Running, JobState.Queued, JobState.Received];

    /// <summary>A person's jobs that can be cancelled.</summary>
    internal static List<Job> Cancellable(IJobStore store, string person) => Jobs(store, person, s_cancellable);

    /// <summary>Shows them.</summary>
    internal Task Show(Message message, Guest guest) => tools.Replies.Say(message, guest, ListText(guest));

    /// <summary>Cancels the only one, or asks which.</summary>
    internal async Task Cancel(Message message, Guest guest)
    {
        var jobs = Cancellable(tools.Store, guest.QueueName);
        if (jobs.Count != 1)
        {
            await tools.Replies.Say(message, guest, AskText(guest, jobs), AskKeyboard(guest, jobs)).ConfigureAwait(false);
            return;
        }
        await tools.Replies.Say(message, guest, CancelledText(tools.Store.Cancel(jobs[0].Id, tellSender: true) ? 1 : 0, guest)).ConfigureAwait(false);
    }

    /// <summary>Cancels one of the list, and shows what is left of it.</summary>
    internal async Task CancelListed(CallbackQuery query, MessageRef list, long id, Guest guest)
    {
        await tools.Replies.Answer(query, guest, CancelOne(id, guest)).ConfigureAwait(false);
        var left = Cancellable(tools.Store, guest.QueueName);
        await tools.Replies.Edit(list, AskText(guest, left), AskKeyboard(guest, left), guest.Leave).ConfigureAwait(false);
    }

    /// <summary>Cancels all.</summary>
    internal async Task CancelAll(CallbackQuery query, MessageRef list, Guest guest)
    {
        var count = CancelAllOf(guest);
        await tools.Replies.Answer(query, guest).ConfigureAwait(false);
        await tools.Replies.Edit(list, CancelledText(count, guest), null, guest.Leave).ConfigureAwait(false);
    }

    /// <summary>Cancels a job by the button of its status message.</summary>
    /// <returns>What to tell in a note.</returns>
    internal string CancelOne(long id, Guest guest)
    {
        // Who may is looked up: the number came from a client.
        if (tools.Store.Find(id) is not { FrontEnd: PictureRequest.FrontEnd } job) return guest.Speech.Plain(TextKey.NoteTooLateToCancel);
        if (job.Person != guest.QueueName && !guest.IsAdmin) return guest.Speech.Plain(TextKey.NoteNotYours);
        return guest.Speech.Plain(tools.Store.Cancel(id, tellSender: true) ? TextKey.NoteCancelled : TextKey.NoteTooLateToCancel);
    }

    /// <summary>Cancels an album by the button of its status message.</summary>
    /// <returns>What to tell in a note.</returns>
    internal string CancelAlbum(string status, Guest guest)
    {
        if (tools.Data.Statuses.Find(status) is not { } album) return guest.Speech.Plain(TextKey.NoteTooLateToCancel);
        if (album.Person != guest.Id && !guest.IsAdmin) return guest.Speech.Plain(TextKey.NoteNotYours);
        var cancelled = tools.Data.Statuses.Photos(status).Count(photo => tools.Store.Cancel(photo.Job, tellSender: true));
        return guest.Speech.Plain(cancelled > 0 ? TextKey.NoteCancelled : TextKey.NoteTooLateToCancel);
    }

    /// <summary>Cancels all of a person's, who hears of it otherwise.</summary>
    internal void CancelSilently(Guest guest)
    {
        foreach (var job in Cancellable(tools.Store, guest.QueueName)) tools.Store.Cancel(job.Id, tellSender: false);
    }

    private int CancelAllOf(Guest guest) => Cancellable(tools.Store, guest.QueueName).Count(job => tools.Store.Cancel(job.Id, tellSender: true));

    // What was there when it was shown may have been done since.
    private static FormattedText CancelledText(int count, Guest guest) =>
        count > 0 ? guest.Speech.Say(TextKey.Cancelled, ("count", count)) : guest.Speech.Say(TextKey.CancelNothing);

    private FormattedText ListText(Guest guest) => ListText(guest, Jobs(tools.Store, guest.QueueName, [.. s_cancellable, JobState.Upscaled]));

    private FormattedText ListText(Guest guest, List<Job> jobs)
    {
        var listed = jobs.Take(MostListed).Select(job => (job, job.State == JobState.Queued ? tools.Store.Place(job.Id) : null)).ToList();
        return QueueTexts.List(guest.Speech, listed, jobs.Count - listed.Count);
    }

    private FormattedText AskText(Guest guest, List<Job> jobs) =>
        jobs.Count == 0 ? guest.Speech.Say(TextKey.CancelNothing) : ListText(guest, jobs) + "\n\n" + guest.Speech.Say(TextKey.CancelWhich);

    private static InlineKeyboard? AskKeyboard(Guest guest, List<Job> jobs)
    {
        if (jobs.Count == 0) return null;
        var each = jobs.Take(MostListed).Select((job, i) =>
            Buttons.CancelListed(string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {QueueTexts.NameOf(guest.Speech, job)}"), job.Id));
        var all = Buttons.Of(guest.Speech.Plain(TextKey.ButtonCancelAll, ("count", jobs.Count)), new ButtonData(ButtonKind.CancelAll));
        return new InlineKeyboard([.. each.Select(one => (IReadOnlyList<InlineButton>)[one]), [all]]);
    }

    // What is furthest comes first, and of that the oldest.
    private static List<Job> Jobs(IJobStore store, string person, IEnumerable<JobState> states) =>
        [.. states.SelectMany(state => store.List(state, person, MostCancelled).Where(job => job.FrontEnd == PictureRequest.FrontEnd).Reverse())];
}
