using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>Calls of one chat of one lane go one after the other.</summary>
internal enum SendLane
{
    /// <summary>Texts, edits, deletions: short.</summary>
    Text,

    /// <summary>Photos, documents, albums: may take minutes, and hold up no text meanwhile.</summary>
    File,
}

/// <summary>A call that waits or is under way.</summary>
internal abstract class Outgoing
{
    /// <summary>Its chat; null where it belongs to none.</summary>
    internal long? Chat { get; init; }

    internal SendLane Lane { get; init; }

    internal SendPriority Priority { get; set; }

    /// <summary>The messages that it counts as.</summary>
    internal int Cost { get; init; } = 1;

    /// <summary>The message that it deletes, or null.</summary>
    internal MessageRef? Deletes { get; init; }

    /// <summary>Whether it goes at once or not at all, and counts in no chat.</summary>
    internal bool IsNowOrNever { get; init; }

    /// <summary>Whether it can be made twice without harm.</summary>
    internal bool IsRepeatable { get; init; }

    /// <summary>How often it has failed by no fault of its own.</summary>
    internal int Failures { get; set; }

    internal CancellationToken Cancellation { get; init; }

    /// <summary>Whether it waits.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Its place in the order of all calls.</summary>
    internal long Sequence { get; set; }

    /// <summary>Since when it waits.</summary>
    internal long QueuedAt { get; set; }

    internal CancellationTokenRegistration Registration { get; set; }

    /// <summary>Makes the call. Tells its caller of success; errors come out.</summary>
    internal abstract Task Send(CancellationToken cancellation);

    /// <summary>Tells its caller.</summary>
    internal abstract void Fail(Exception error);

    /// <summary>Tells its caller.</summary>
    internal abstract void Cancel();

    /// <summary>Tells its caller that it was not sent because there was no use in it.</summary>
    internal abstract void Drop();
}

/// <summary>A call with a result.</summary>
/// <param name="send">Makes it.</param>
internal sealed class Outgoing<T>(Func<CancellationToken, Task<T>> send) : Outgoing
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Done => _done.Task;

    internal override async Task Send(CancellationToken cancellation)
    {
        var result = await send(cancellation).ConfigureAwait(false);
        Tell(done => done.TrySetResult(result));
    }

    internal override void Fail(Exception error) => Tell(done => done.TrySetException(error));

    internal override void Cancel() => Tell(done => done.TrySetCanceled(Cancellation));

    internal override void Drop() => Tell(done => done.TrySetResult(default!));

    private void Tell(Action<TaskCompletionSource<T>> tell)
    {
        Registration.Unregister();
        tell(_done);
    }
}

/// <summary>An edit: replaced by a later one of the same message while it waits.</summary>
/// <param name="api">Makes it.</param>
/// <param name="message">The message.</param>
/// <param name="text">Its new text; null leaves the text.</param>
/// <param name="keyboard">Its new buttons.</param>
internal sealed class OutgoingEdit(IBotApi api, MessageRef message, FormattedText? text, InlineKeyboard? keyboard) : Outgoing
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FormattedText? _text = text;
    private OutgoingEdit? _merged;

    internal MessageRef Message => message;

    /// <summary>True once the message says so; false where a later edit or a deletion made it useless.</summary>
    internal Task<bool> Done => _done.Task;

    /// <summary>Takes the place of an earlier one. Where this changes the buttons alone, the earlier one's text goes with it.</summary>
    internal void Replace(OutgoingEdit earlier)
    {
        Sequence = earlier.Sequence;
        if (earlier.Priority < Priority) Priority = earlier.Priority;
        if (_text is null && earlier._text is not null) (_text, _merged) = (earlier._text, earlier);
        else earlier.Drop();
    }

    internal override async Task Send(CancellationToken cancellation)
    {
        try
        {
            var call = _text is null
                ? api.EditMessageReplyMarkup(message, keyboard, cancellation)
                : api.EditMessageText(new TextEdit(message, _text, keyboard), cancellation);
            await call.ConfigureAwait(false);
        }
        catch (BotApiException error) when (error.Error == BotError.NotModified)
        {
            // It says that already, which is all that was wanted.
        }
        Tell(edit => edit._done.TrySetResult(true));
    }

    internal override void Fail(Exception error) => Tell(edit => edit._done.TrySetException(error));

    internal override void Cancel() => Tell(edit => edit._done.TrySetCanceled(edit.Cancellation));

    internal override void Drop() => Tell(edit => edit._done.TrySetResult(false));

    private void Tell(Action<OutgoingEdit> tell)
    {
        for (var edit = this; edit is not null; edit = edit._merged)
        {
            edit.Registration.Unregister();
            tell(edit);
        }
    }
}
