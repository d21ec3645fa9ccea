using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>What waits and goes in one chat.</summary>
/// <param name="limits">What is kept.</param>
/// <param name="isGroup">Whether it is a group.</param>
/// <param name="ticks">Turns times into ticks of the clock's timestamps.</param>
internal sealed class SendChat(SendLimits limits, bool isGroup, Func<TimeSpan, long> ticks)
{
    private readonly RateWindow _chat = new(limits.Chat.Count, ticks(limits.Chat.Window));
    private readonly RateWindow? _group = isGroup ? new(limits.Group.Count, ticks(limits.Group.Window)) : null;
    private readonly bool[] _isBusy = new bool[2];
    private long _starts;

    /// <summary>The calls that wait, in the order in which they came.</summary>
    internal LinkedList<Outgoing> Waiting { get; } = [];

    /// <summary>The calls that are under way: at most one a lane.</summary>
    internal List<Outgoing> Going { get; } = [];

    /// <summary>Telegram wants it to be left alone until then.</summary>
    internal long HeldUntil { get; set; }

    /// <summary>When its last call started, by the order of all starts.</summary>
    internal long LastServed { get; private set; }

    /// <summary>Whether there is nothing to remember of it.</summary>
    internal bool IsIdle(long now) => Waiting.Count == 0 && Going.Count == 0 && HeldUntil <= now && _chat.IsEmpty(now) && _group?.IsEmpty(now) != false;

    /// <summary>Whether a message is going to be gone.</summary>
    internal bool IsBeingDeleted(MessageRef message) => Waiting.Concat(Going).Any(call => call.Deletes == message);

    /// <summary>The edit of a message that waits, or null. There is never more than one.</summary>
    internal LinkedListNode<Outgoing>? WaitingEdit(MessageRef message)
    {
        for (var node = Waiting.First; node is not null; node = node.Next)
        {
            if (node.Value is OutgoingEdit edit && edit.Message == message) return node;
        }
        return null;
    }

    /// <summary>The call that goes next, or null where none may go now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="mayBegin">Says of a file whether it is its turn among the files of all chats.</param>
    /// <param name="wake">Lowered to when that may change by time alone.</param>
    internal SendCandidate? Next(long now, Func<Outgoing, bool> mayBegin, ref long wake)
    {
        if (Waiting.Count == 0) return null;
        if (HeldUntil > now)
        {
            wake = Math.Min(wake, HeldUntil);
            return null;
        }
        var isOldestsTurn = SendCandidate.IsOldestsTurn(_starts);
        if (Best(isOldestsTurn, mayBegin) is not { } next) return null;
        var leavesRoom = next.LeavesRoom && !isOldestsTurn;
        if (_chat.Fits(OnTheWay(next.Call), leavesRoom, now) && _group?.Fits(next.Call.Cost, leavesRoom, now) != false) return next;
        foreach (var change in new[] { _chat.NextChange(), _group?.NextChange() }) wake = Math.Min(wake, change ?? long.MaxValue);
        return null;
    }

    /// <summary>A call starts.</summary>
    /// <param name="call">One that waits here.</param>
    /// <param name="serving">Its number in the order of all starts.</param>
    internal void Begin(Outgoing call, long serving)
    {
        Waiting.Remove(call);
        Going.Add(call);
        LastServed = serving;
        _starts++;
        _isBusy[(int)call.Lane] = true;
        _chat.Begin(OnTheWay(call));
        _group?.Begin(call.Cost);
    }

    /// <summary>A call has ended.</summary>
    internal void End(Outgoing call, long now)
    {
        Going.Remove(call);
        _isBusy[(int)call.Lane] = false;
        _chat.End(OnTheWay(call), call.Cost, now);
        _group?.End(call.Cost, call.Cost, now);
    }

    /// <summary>
    /// What a call counts as in its chat until it has ended. An album is more than the whole rate and may be on its way for minutes:
    /// it counts as one until it is there, and as all of its pictures after.
    /// </summary>
    private static int OnTheWay(Outgoing call) => call.Lane == SendLane.File ? 1 : call.Cost;

    /// <summary>
    /// The first call of the lane that is the most urgent. Where it does not fit yet, nothing less urgent goes before it. Edits
    /// that tell progress let the other texts pass.
    /// </summary>
    private SendCandidate? Best(bool isOldestsTurn, Func<Outgoing, bool> mayBegin)
    {
        SendCandidate? text = null, edit = null, file = null;
        foreach (var call in Waiting)
        {
            if (_isBusy[(int)call.Lane]) continue;
            var own = new SendCandidate(call, this, call.Priority, LastServed);
            if (call.Lane == SendLane.File) file = file?.Before(own) ?? own;
            else if (call is OutgoingEdit && own.LeavesRoom) edit = edit?.Before(own) ?? own;
            else text = text?.Before(own) ?? own;
        }
        if (file is { } first && !mayBegin(first.Call)) file = null;
        return SendCandidate.First(SendCandidate.First(text, file, isOldestsTurn), edit, isOldestsTurn);
    }
}
