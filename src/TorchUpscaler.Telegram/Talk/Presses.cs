using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What happens when a button is pressed. Each press is answered, so that nobody's button spins.</summary>
internal sealed class Presses(TalkTools tools, PictureDesk desk, SettingsDialog settings, OwnPictures pictures, BroadcastDialog broadcasts)
{
    /// <summary>Does what the button says, where its presser may.</summary>
    internal Task Press(CallbackQuery query, Guest guest)
    {
        var data = ButtonData.Parse(query.Data);
        if (data is null || query.Message is not { } message) return Note(query, guest, TextKey.NoteOldButton);
        if (data.Kind == ButtonKind.Delete && IsOwn(message, guest)) return Delete(query, message, data.First, guest);
        if (guest.Person.IsBanned) return Alert(query, guest, guest.Speech.Plain(TextKey.Banned));
        if (!guest.IsAllowed) return Alert(query, guest, guest.Speech.Plain(TextKey.NotAllowed, ("id", guest.Id)));
        return data.Kind switch
        {
            ButtonKind.Cancel when data.Number is { } job => tools.Replies.Answer(query, guest, pictures.CancelOne(job, guest)),
            ButtonKind.CancelAlbum => tools.Replies.Answer(query, guest, pictures.CancelAlbum(data.First, guest)),
            ButtonKind.TryScale when data.Number is { } job && data.Scale is { } scale => TryScale(query, message, job, scale, guest),
            // All others belong to dialogs in a private chat.
            _ when !IsOwn(message, guest) => Note(query, guest, TextKey.NoteOldButton),
            ButtonKind.CancelListed when data.Number is { } job => pictures.CancelListed(query, message.Ref, job, guest),
            ButtonKind.CancelAll => pictures.CancelAll(query, message.Ref, guest),
            ButtonKind.Choose => settings.Choose(query, message.Ref, data.First, data.Second, guest),
            ButtonKind.Page => settings.Turn(query, message.Ref, data.First, guest),
            ButtonKind.Broadcast when guest.IsAdmin => broadcasts.Answer(query, message, data.First, guest),
            _ => Note(query, guest, TextKey.NoteOldButton),
        };
    }

    // The button goes: its picture is taken once.
    private async Task TryScale(CallbackQuery query, Message message, long id, int scale, Guest guest)
    {
        var job = tools.Store.Find(id);
        if (job is not null && job.Person != guest.QueueName)
        {
            await Note(query, guest, TextKey.NoteNotYours).ConfigureAwait(false);
            return;
        }
        var whyNot = job is { State: JobState.Failed } ? desk.TakeAgain(job, scale, guest) : new PictureDesk.Note(guest.Speech.Plain(TextKey.NotePictureGone));
        await tools.Replies.Answer(query, guest, whyNot?.Text ?? guest.Speech.Plain(TextKey.NoteTryScale, ("scale", scale)), whyNot is { IsAlert: true }).ConfigureAwait(false);
        if (whyNot is null) await tools.Replies.RemoveButton(message, query.Data!, guest.Leave).ConfigureAwait(false);
    }

    private async Task Delete(CallbackQuery query, Message message, string answer, Guest guest)
    {
        if (answer == ButtonData.Yes)
        {
            // What is not done comes to nothing, and counts against no quota. The store goes first: of a job that is not there nothing more is noted.
            pictures.CancelSilently(guest);
            tools.Data.GiveBackUses(guest.Id);
            tools.Store.Erase(guest.QueueName);
            tools.Data.Erase(guest.Id);
        }
        else if (answer != ButtonData.No)
        {
            await Note(query, guest, TextKey.NoteOldButton).ConfigureAwait(false);
            return;
        }
        await tools.Replies.Answer(query, guest).ConfigureAwait(false);
        await tools.Replies.Edit(message.Ref, guest.Speech.Say(answer == ButtonData.Yes ? TextKey.Deleted : TextKey.DeleteKept), null, guest.Leave).ConfigureAwait(false);
    }

    // A private chat has its person's number.
    private static bool IsOwn(Message message, Guest guest) => message.Chat.Id == guest.Id;

    private Task Note(CallbackQuery query, Guest guest, TextKey key) => tools.Replies.Answer(query, guest, guest.Speech.Plain(key));

    private Task Alert(CallbackQuery query, Guest guest, string text) => tools.Replies.Answer(query, guest, text, isAlert: true);
}
