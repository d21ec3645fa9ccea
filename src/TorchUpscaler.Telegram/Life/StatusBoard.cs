using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram.Life;

/// <summary>
/// Keeps the status messages true: looks at the jobs of those that have not said their last, and edits what says something else.
/// It knows nothing that is not in the store, so that after a restart it goes on where it was.
/// </summary>
internal sealed partial class StatusBoard(
    IJobStore store, BotData data, SendScheduler sender, StatusView view, LifeOptions options, TimeProvider clock, ILogger<StatusBoard> log)
{
    // Counting what is before a job takes the store some time; who waits far back can wait for the number.
    private const int PlacesALook = 20;
    private static readonly TimeSpan TakingIn = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Shown> _shown = [];
    private readonly ConcurrentDictionary<Task, bool> _calls = [];

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        var open = data.Statuses.Open();
        var places = PlacesALook;
        foreach (var status in open)
        {
            var shown = _shown.GetOrAdd(status.Status.Key, _ => new Shown());
            if (shown.IsBusy || !IsTakenIn(status)) continue;
            UpdateGuarded(status, shown, ref places);
        }
        var keys = open.Select(status => status.Status.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (key, shown) in _shown)
            if (!shown.IsBusy && !keys.Contains(key)) _shown.TryRemove(key, out _);
    }

    /// <summary>Ends when all calls that are under way have ended.</summary>
    internal Task WhenQuiet() => Task.WhenAll(_calls.Keys);

    // One message that cannot be worded must not keep the others from being shown.
    private void UpdateGuarded(OpenStatus open, Shown shown, ref int places)
    {
        try
        {
            Update(open, shown, ref places);
        }
#pragma warning disable CA1031 // whatever is wrong with it
        catch (Exception error) when (error is not StoreUnavailableException)
#pragma warning restore CA1031
        {
            shown.IsUnheard = true;
            LogUnspeakable(open.Status.Key, error);
        }
    }

    private void Update(OpenStatus open, Shown shown, ref int places)
    {
        // What was sent after this look began is not in it yet.
        var (status, now) = (open.Status with { Message = open.Status.Message ?? shown.Message }, clock.GetTimestamp());
        var hasEnded = StatusView.HasEnded(open);
        if (hasEnded && (shown.IsUnheard || status.Message is null && StatusView.IsCancelled(open)))
        {
            // Nobody can read it; or nothing was said that would have to be put right.
            data.Statuses.End(status.Key);
            return;
        }
        if (shown.IsUnheard || shown.IsGone && !hasEnded || status.Message is null && IsFetchedSilently(open)) return;

        var state = StatusView.StateOf(open);
        var isNews = state != shown.State;
        // In a group each edit is one of few messages a minute: only the first and the last word cannot wait.
        var isUrgent = status.Chat < 0 ? hasEnded || status.Message is null : isNews || hasEnded;
        var pace = status.Chat < 0 ? options.GroupProgressEvery : StatusView.IsWaiting(open) ? options.PlaceEvery : options.ProgressEvery;
        if (!isUrgent && clock.GetElapsedTime(shown.At, now) < pace) return;

        QueuePlace? place = null, last = null;
        if (StatusView.FirstWaiting(open) is { } waiting)
        {
            if (places-- <= 0 && !isUrgent) return;
            place = store.Place(waiting.Id);
            if (StatusView.LastWaiting(open) is { } other) last = store.Place(other.Id);
        }
        var says = view.Of(open, place, last);
        if (says is null) return;
        if (shown.IsGone && !says.TellsFailure)
        {
            // It was deleted, and the results have told the rest.
            data.Statuses.End(status.Key);
            return;
        }
        if (says == shown.Says && status.Message is not null)
        {
            (shown.State, shown.At) = (state, now);
            if (hasEnded) data.Statuses.End(status.Key);
            return;
        }
        shown.IsBusy = true;
        var call = Show(status, says, hasEnded, isUrgent, shown, state);
        _calls[call] = true;
        call.ContinueWith(ended => _calls.TryRemove(ended, out _), TaskScheduler.Default);
    }

    // Not broken off when the process is to end: what is under way has some seconds, and would be said twice otherwise.
    private async Task Show(StatusMessage status, StatusSays says, bool isLast, bool isUrgent, Shown shown, string state)
    {
        await Task.Yield();
        try
        {
            if (status.Ref is { } message && !says.IsBadNews && !shown.IsGone)
            {
                await sender.EditMessageText(new TextEdit(message, says.Text, says.Keyboard), isUrgent ? SendPriority.Result : SendPriority.Progress, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                var sent = await sender.SendMessage(
                    new TextMessage { Chat = status.Chat, Thread = shown.IsWithoutThread ? null : status.Thread, ReplyTo = status.ReplyTo, Text = says.Text, Keyboard = says.Keyboard, IsSilent = !says.TellsFailure },
                    says.TellsFailure ? SendPriority.Result : SendPriority.Urgent, CancellationToken.None).ConfigureAwait(false);
                shown.Message = sent.MessageId;
                data.Statuses.SetMessage(status.Key, sent.MessageId);
                if (status.Ref is { } old) await Remove(old).ConfigureAwait(false);
            }
            (shown.Says, shown.State) = (says, state);
            if (isLast) data.Statuses.End(status.Key);
        }
        catch (OperationCanceledException)
        {
            // The process ends; the next one says it.
        }
        catch (StoreUnavailableException)
        {
            // The next look says it again.
        }
        catch (BotApiException error)
        {
            Refused(status, error, shown);
        }
        finally
        {
            shown.At = clock.GetTimestamp();
            shown.IsBusy = false;
        }
    }

    // Bad news comes as a message of its own, which is noticed; what was hoped before goes.
    private async Task Remove(MessageRef message)
    {
        try
        {
            await sender.DeleteMessage(message, SendPriority.Result, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BotApiException error)
        {
            LogNotShown(error.Message);
        }
    }

    private void Refused(StatusMessage status, BotApiException error, Shown shown)
    {
        try
        {
            if (error is { Error: BotError.Migrated, MigratedTo: { } moved }) data.MoveChat(status.Chat, moved);
            else if (error.IsEndOfChat()) LeaveAlone(status, shown);
            else if (!error.IsTransient && status is { Message: null, Thread: not null } && !shown.IsWithoutThread) shown.IsWithoutThread = true; // the thread may be gone
            else if (!error.IsTransient && status.Message is not null && !shown.IsGone) shown.IsGone = true; // deleted, or too old to be edited
            else if (!error.IsTransient) shown.IsUnheard = true;
            else LogNotShown(error.Message);
        }
        catch (StoreUnavailableException)
        {
            // The next look meets it again.
        }
    }

    // Whoever has shut the bot out does not wait for these photos any more.
    private void LeaveAlone(StatusMessage status, Shown shown)
    {
        shown.IsUnheard = true;
        if (status.Chat > 0) data.People.SetBlocked(status.Chat, true);
        foreach (var photo in data.Statuses.Photos(status.Key)) store.Cancel(photo.Job, tellSender: false);
        data.Statuses.End(status.Key);
    }

    // An update whose handling broke off is handled again; what it left half-done is not waited for for ever.
    private static bool IsTakenIn(OpenStatus open) =>
        open.Photos.Count >= open.Status.Count || TimeSpan.FromMilliseconds(open.Status.Age) > TakingIn;

    private bool IsFetchedSilently(OpenStatus open) =>
        open.Photos.All(photo => photo.Job is { State: JobState.Received })
        && TimeSpan.FromMilliseconds(open.Status.Age) < options.SilentFetch;

    [LoggerMessage(LogLevel.Error, "Status message {Key} cannot be shown any more")]
    private partial void LogUnspeakable(string key, Exception error);

    [LoggerMessage(LogLevel.Debug, "A status message is not shown now: {Reason}")]
    private partial void LogNotShown(string reason);

    /// <summary>What a message says, as far as this process knows.</summary>
    private sealed class Shown
    {
        private volatile bool _isBusy;

        internal StatusSays? Says { get; set; }

        internal string State { get; set; } = "";

        /// <summary>Its number, as soon as it is known.</summary>
        internal int? Message { get; set; }

        /// <summary>Whether it goes to no thread, as its own takes nothing.</summary>
        internal bool IsWithoutThread { get; set; }

        internal long At { get; set; }

        /// <summary>Whether a call is under way.</summary>
        internal bool IsBusy
        {
            get => _isBusy;
            set => _isBusy = value;
        }

        /// <summary>Whether the message is there no more: what failed is told in another one.</summary>
        internal bool IsGone { get; set; }

        /// <summary>Whether nothing more can be said.</summary>
        internal bool IsUnheard { get; set; }
    }
}
