using Microsoft.Extensions.Logging;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>
/// Lets calls go when their rates allow it: the most urgent first, and among equals the chat that was served the longest ago. Every
/// tenth start is the oldest's, however little urgent it is: so nothing waits for ever, and nobody waits behind a large broadcast.
/// </summary>
internal sealed class SendQueue : IAsyncDisposable
{
    /// <summary>How many calls without a chat go at once.</summary>
    private const int MostFreeCalls = 8;

    private readonly Lock _gate = new();
    private readonly SendLimits _limits;
    private readonly TimeProvider _clock;
    private readonly SendHolds _holds;
    private readonly RateWindow _all;
    private readonly Dictionary<long, SendChat> _chats = [];
    private readonly LinkedList<Outgoing> _free = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private long _lastSequence;
    private long _lastServing;
    private long _freeServed;
    private long _wake = long.MaxValue;
    private Outgoing? _fileInTurn;
    private int _filesGoing;
    private int _freeGoing;
    private int _waiting;
    private int _going;
    private int _looks;
    private bool _isClosed;
    private volatile BotApiException? _tokenRefused;

    internal SendQueue(SendLimits limits, TimeProvider clock, ILogger log)
    {
        limits.Validate();
        (_limits, _clock, _holds) = (limits, clock, new SendHolds(limits.LongestHold, clock, log));
        _all = new RateWindow(limits.All.Count, Ticks(limits.All.Window));
        _timer = clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Telegram's word that it does not know the token, once it has said so; null before.</summary>
    internal BotApiException? TokenRefused => _tokenRefused;

    /// <summary>How many calls wait.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes a call. Its caller is told of whatever becomes of it.</summary>
    internal void Add(Outgoing call)
    {
        call.Registration = call.Cancellation.UnsafeRegister(_ => Withdraw(call), null);
        lock (_gate) Enqueue(call);
        Look();
    }

    /// <summary>Takes nothing more, sends what waits until told to stop at once, and returns when no call is under way.</summary>
    internal async Task Stop(CancellationToken atOnce)
    {
        lock (_gate)
        {
            _isClosed = true;
            TellIfEmpty();
        }
        try
        {
            await _empty.Task.WaitAsync(atOnce);
        }
        catch (OperationCanceledException)
        {
            List<Outgoing> left;
            lock (_gate) left = TakeAll();
            foreach (var call in left) call.Cancel();
            await _stop.CancelAsync();
            await _empty.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop(new CancellationToken(canceled: true));
        await _timer.DisposeAsync();
        _stop.Dispose();
    }

    private long Now => _clock.GetTimestamp();

    private void Enqueue(Outgoing call)
    {
        var now = Now;
        (call.Sequence, call.QueuedAt) = (++_lastSequence, now);
        if (_isClosed || call.Cancellation.IsCancellationRequested)
        {
            call.Cancel();
            return;
        }
        if (call.IsNowOrNever)
        {
            if (!MayGoNow(call, now)) call.Drop();
            else Wait(_free.AddFirst, call);
            return;
        }
        var chat = call.Chat is { } id ? Chat(id) : null;
        if (_holds.IsTooLong(chat, now)) call.Fail(Held(_holds.Left(chat, now)));
        else if (call is OutgoingEdit edit && chat!.IsBeingDeleted(edit.Message)) call.Drop();
        else if (call is OutgoingEdit later && chat!.WaitingEdit(later.Message) is { } earlier) Replace(earlier, later);
        else if (_waiting >= _limits.QueueInAll || chat?.Waiting.Count >= _limits.QueuePerChat) call.Fail(Full());
        else Wait((chat?.Waiting ?? _free).AddLast, call);
        if (call.Deletes is { } message) DropEdits(message, chat!);
    }

    private void Wait(Func<Outgoing, LinkedListNode<Outgoing>> add, Outgoing call)
    {
        add(call);
        call.IsWaiting = true;
        _waiting++;
    }

    private SendChat Chat(long id)
    {
        if (!_chats.TryGetValue(id, out var chat)) _chats[id] = chat = new SendChat(_limits, isGroup: id < 0, Ticks);
        return chat;
    }

    private static void Replace(LinkedListNode<Outgoing> earlier, OutgoingEdit later)
    {
        later.Replace((OutgoingEdit)earlier.Value);
        earlier.Value = later;
    }

    private void DropEdits(MessageRef message, SendChat chat)
    {
        if (chat.WaitingEdit(message) is not { } edit) return;
        chat.Waiting.Remove(edit);
        _waiting--;
        edit.Value.Drop();
    }

    /// <summary>Its caller does not want it any more. What is under way sees that by itself.</summary>
    private void Withdraw(Outgoing call)
    {
        lock (_gate)
        {
            var list = call.Chat is { } id && !call.IsNowOrNever ? _chats.GetValueOrDefault(id)?.Waiting : _free;
            if (list?.Remove(call) != true) return;
            call.IsWaiting = false;
            _waiting--;
            TellIfEmpty();
        }
        call.Cancel();
    }

    /// <summary>Starts all that may start. Whoever comes while another looks has that one look again.</summary>
    private void Look()
    {
        if (Interlocked.Increment(ref _looks) != 1) return;
        int seen;
        do
        {
            seen = Volatile.Read(ref _looks);
            while (TakeNext() is { } call) _ = Run(call);
            SetTimer();
        }
        while (Interlocked.Add(ref _looks, -seen) != 0);
    }

    private Outgoing? TakeNext()
    {
        lock (_gate)
        {
            _wake = long.MaxValue;
            var now = Now;
            if (_waiting == 0) return null;
            if (_holds.AllUntil > now)
            {
                _wake = _holds.AllUntil;
                return null;
            }
            if (!_all.Fits(1, leavesRoom: false, now))
            {
                _wake = _all.NextChange() ?? long.MaxValue;
                return null;
            }
            if (BestThatMayBegin(now) is not { } best) return null;
            // Where it is too large for what is free, nothing smaller goes before it: it would never go.
            if (_all.Fits(best.Call.Cost, best.LeavesRoom && !IsOldestsTurn, now)) return Begin(best.Call, best.Chat);
            _wake = Math.Min(_wake, _all.NextChange() ?? long.MaxValue);
            return null;
        }
    }

    /// <summary>
    /// Files that are under way may be there for minutes, and keep their places all the time: together they get half of all, so
    /// that the other half is left for texts. The first file that finds no place is the next to begin, whatever its size.
    /// </summary>
    private SendCandidate? BestThatMayBegin(long now)
    {
        if (_fileInTurn is { } file && (!file.IsWaiting || Chat(file.Chat!.Value).HeldUntil > now)) _fileInTurn = null;
        var best = Best(now, other => _fileInTurn is null || _fileInTurn == other);
        if (best is not { Call: { Lane: SendLane.File } found } || _filesGoing == 0 || _filesGoing + found.Cost <= _limits.All.Count / 2) return best;
        _fileInTurn = found;
        return Best(now, _ => false);
    }

    private SendCandidate? Best(long now, Func<Outgoing, bool> mayBegin)
    {
        SendCandidate? best = _free.First is { } free && _freeGoing < MostFreeCalls ? new(free.Value, null, SendPriority.Urgent, _freeServed) : null;
        foreach (var (id, chat) in _chats)
        {
            if (chat.IsIdle(now)) _chats.Remove(id);
            else best = SendCandidate.First(best, chat.Next(now, mayBegin, ref _wake), IsOldestsTurn);
        }
        return best;
    }

    private bool IsOldestsTurn => SendCandidate.IsOldestsTurn(_lastServing);

    private Outgoing Begin(Outgoing call, SendChat? chat)
    {
        _waiting--;
        _going++;
        _lastServing++;
        call.IsWaiting = false;
        if (call.Lane == SendLane.File) _filesGoing += call.Cost;
        _all.Begin(call.Cost);
        if (chat is not null)
        {
            chat.Begin(call, _lastServing);
        }
        else
        {
            _free.Remove(call);
            _freeGoing++;
            _freeServed = _lastServing;
        }
        return call;
    }

    private async Task Run(Outgoing call)
    {
        Exception? failure = null;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, _stop.Token);
            await call.Send(either.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failure = error;
            if (error is BotApiException { Error: BotError.BadToken } refused) _tokenRefused = refused;
        }
        End(call, failure);
        Look();
    }

    private void End(Outgoing call, Exception? failure)
    {
        List<Outgoing> hopeless = [];
        var hold = TimeSpan.Zero;
        lock (_gate)
        {
            var now = Now;
            _going--;
            if (call.Lane == SendLane.File) _filesGoing -= call.Cost;
            _all.End(call.Cost, call.Cost, now);
            var chat = call.Chat is { } id && !call.IsNowOrNever ? _chats[id] : null;
            if (chat is not null) chat.End(call, now);
            else _freeGoing--;

            if (failure is BotApiException { Error: BotError.TooManyRequests } refused)
            {
                _holds.Refused(call.Chat, call.Chat is { } held ? Chat(held) : null, refused.RetryAfter ?? TimeSpan.FromSeconds(1), now);
                if (PutBack(call, chat, now)) failure = null;
                hopeless = TakeHopeless(chat, now);
                hold = _holds.Left(chat, now);
            }
            else if (failure is BotApiException error && IsToBeTriedAgain(call, error) && PutBack(call, chat, now))
            {
                failure = null;
            }
            TellIfEmpty();
        }
        if (failure is OperationCanceledException) call.Cancel();
        else if (failure is not null) call.Fail(failure);
        foreach (var other in hopeless) other.Fail(Held(hold));
    }

    /// <summary>Whether a call that failed by no fault of its own does no harm when it is made again.</summary>
    private bool IsToBeTriedAgain(Outgoing call, BotApiException error) =>
        error.Error == BotError.Unavailable && (call.IsRepeatable || !error.MayHaveHappened) && ++call.Failures <= _limits.Retries;

    /// <summary>A refused call waits again, where it was, unless something else has become of it.</summary>
    /// <returns>False where its caller is to be told of the refusal.</returns>
    private bool PutBack(Outgoing call, SendChat? chat, long now)
    {
        if (_stop.IsCancellationRequested || call.Cancellation.IsCancellationRequested) return false;
        if (call.IsNowOrNever)
        {
            call.Drop();
            return true;
        }
        if (_clock.GetElapsedTime(call.QueuedAt, now) + _holds.Left(chat, now) > _limits.LongestHold) return false;
        // A later edit of the same message goes instead.
        if (call is OutgoingEdit edit && chat!.WaitingEdit(edit.Message) is { } later) ((OutgoingEdit)later.Value).Replace(edit);
        else if (call is OutgoingEdit gone && chat!.IsBeingDeleted(gone.Message)) gone.Drop();
        else Wait((chat?.Waiting ?? _free).AddFirst, call);
        return true;
    }

    /// <summary>What would have to wait longer than anybody should.</summary>
    private List<Outgoing> TakeHopeless(SendChat? chat, long now)
    {
        if (_holds.IsTooLong(null, now)) return TakeAll();
        if (chat is null || !_holds.IsTooLong(chat, now)) return [];
        List<Outgoing> calls = [.. chat.Waiting];
        _waiting -= calls.Count;
        chat.Waiting.Clear();
        foreach (var call in calls) call.IsWaiting = false;
        return calls;
    }

    private List<Outgoing> TakeAll()
    {
        List<Outgoing> calls = [.. _free, .. _chats.Values.SelectMany(chat => chat.Waiting)];
        _free.Clear();
        foreach (var chat in _chats.Values) chat.Waiting.Clear();
        foreach (var call in calls) call.IsWaiting = false;
        _waiting = 0;
        TellIfEmpty();
        return calls;
    }

    private bool MayGoNow(Outgoing call, long now) =>
        _waiting == 0 && _holds.Left(_chats.GetValueOrDefault(call.Chat!.Value), now) == TimeSpan.Zero && _freeGoing < MostFreeCalls && _all.Fits(call.Cost, leavesRoom: true, now);

    private void SetTimer()
    {
        lock (_gate)
        {
            if (_wake == long.MaxValue) return;
            // Rounded up: a timer of milliseconds must not come too early again and again.
            var due = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(1, _clock.GetElapsedTime(Now, _wake).TotalMilliseconds)));
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void TellIfEmpty()
    {
        if (_isClosed && _waiting == 0 && _going == 0) _empty.TrySetResult();
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);

    private static BotApiException Full() => new(BotError.QueueFull, "too much waits to be sent to this chat, or in all; nothing was sent");

    private static BotApiException Held(TimeSpan time) =>
        new(BotError.TooManyRequests, FormattableString.Invariant($"Telegram wants to be left alone for {Math.Ceiling(time.TotalSeconds)} s; nothing was sent")) { RetryAfter = time };
}
