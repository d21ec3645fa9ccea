using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Sending;

/// <summary>
/// The way of everything that the bot says: each call waits until Telegram's rates allow it, and is sent again where Telegram
/// refuses it as too much, or where it failed by no fault of its own and another try does no harm. All other errors are the caller's, as <see cref="IBotApi"/> tells them.
/// </summary>
/// <remarks>
/// In a chat, texts go in the order in which they came, and so do files; a text does not wait for a file before it, which may take
/// minutes. Edits that tell progress let others pass; of several edits of one message that wait, only the last goes.
/// </remarks>
public sealed class SendScheduler : IAsyncDisposable
{
    private readonly IBotApi _api;
    private readonly SendQueue _queue;

    /// <param name="api">Makes the calls; not disposed here. Without tries of its own (<see cref="BotApiOptions.Retries"/>), as those count in no rate.</param>
    /// <param name="limits">The rates; Telegram's own by default.</param>
    /// <param name="clock">The clock; the system's by default.</param>
    /// <param name="log">Told when Telegram refuses.</param>
    /// <exception cref="Core.InputException">A limit cannot work.</exception>
    public SendScheduler(IBotApi api, SendLimits? limits = null, TimeProvider? clock = null, ILogger<SendScheduler>? log = null)
    {
        _api = api;
        _queue = new SendQueue(limits ?? new SendLimits(), clock ?? TimeProvider.System, log ?? NullLogger<SendScheduler>.Instance);
    }

    /// <summary>Telegram's word that it does not know the token, once it has said so; null before.</summary>
    internal BotApiException? TokenRefused => _queue.TokenRefused;

    /// <summary>How many calls wait.</summary>
    public int Waiting => _queue.Waiting;

    /// <summary>Sends a text.</summary>
    /// <exception cref="BotApiException">Telegram refused or could not be reached, or too much waits (<see cref="BotError.QueueFull"/>).</exception>
    public Task<Message> SendMessage(TextMessage message, SendPriority priority, CancellationToken cancellation) =>
        Add(new Outgoing<Message>(cancel => _api.SendMessage(message, cancel)) { Chat = message.Chat, Priority = priority, Cancellation = cancellation });

    /// <summary>Replaces a message's text and keyboard.</summary>
    /// <returns>True once the message says so; false where a later edit took its place, or the message was being deleted.</returns>
    public Task<bool> EditMessageText(TextEdit edit, SendPriority priority, CancellationToken cancellation) =>
        Add(new OutgoingEdit(_api, edit.Message, edit.Text, edit.Keyboard) { IsRepeatable = true, Chat = edit.Message.Chat, Priority = priority, Cancellation = cancellation });

    /// <summary>Replaces a message's keyboard; with a text that still waits to be edited in, both go as one.</summary>
    /// <returns>True once the message has it; false where a later edit took its place, or the message was being deleted.</returns>
    public Task<bool> EditMessageReplyMarkup(MessageRef message, InlineKeyboard? keyboard, SendPriority priority, CancellationToken cancellation) =>
        Add(new OutgoingEdit(_api, message, null, keyboard) { IsRepeatable = true, Chat = message.Chat, Priority = priority, Cancellation = cancellation });

    /// <summary>Deletes a message. Edits of it that wait are dropped.</summary>
    public Task DeleteMessage(MessageRef message, SendPriority priority, CancellationToken cancellation) =>
        Add(new Outgoing<bool>(async cancel =>
        {
            await _api.DeleteMessage(message, cancel).ConfigureAwait(false);
            return true;
        })
        { IsRepeatable = true, Chat = message.Chat, Deletes = message, Priority = priority, Cancellation = cancellation });

    /// <summary>Ends the wait that a pressed button shows: as urgent as can be, and bound by no chat's rate.</summary>
    public Task AnswerCallbackQuery(CallbackAnswer answer, CancellationToken cancellation) =>
        Add(new Outgoing<bool>(async cancel =>
        {
            await _api.AnswerCallbackQuery(answer, cancel).ConfigureAwait(false);
            return true;
        })
        { IsRepeatable = true, Cancellation = cancellation });

    /// <summary>Shows that the bot does something, where that can be done at once.</summary>
    /// <returns>False where it was left out: other calls wait.</returns>
    public Task<bool> SendChatAction(long chat, int? thread, ChatAction action, CancellationToken cancellation) =>
        Add(new Outgoing<bool>(async cancel =>
        {
            await _api.SendChatAction(chat, thread, action, cancel).ConfigureAwait(false);
            return true;
        })
        { Chat = chat, IsNowOrNever = true, Priority = SendPriority.Progress, Cancellation = cancellation });

    /// <summary>Sends a picture as a photo.</summary>
    public Task<Message> SendPhoto(FileMessage message, SendPriority priority, CancellationToken cancellation) =>
        Add(new Outgoing<Message>(cancel => _api.SendPhoto(message, cancel)) { Chat = message.Chat, Lane = SendLane.File, Priority = priority, Cancellation = cancellation });

    /// <summary>Sends a file as it is.</summary>
    public Task<Message> SendDocument(FileMessage message, SendPriority priority, CancellationToken cancellation) =>
        Add(new Outgoing<Message>(cancel => _api.SendDocument(message, cancel)) { Chat = message.Chat, Lane = SendLane.File, Priority = priority, Cancellation = cancellation });

    /// <summary>Sends an album, which counts as many messages as it has pictures.</summary>
    public Task<IReadOnlyList<Message>> SendMediaGroup(AlbumMessage album, SendPriority priority, CancellationToken cancellation) =>
        Add(new Outgoing<IReadOnlyList<Message>>(cancel => _api.SendMediaGroup(album, cancel))
        {
            Chat = album.Chat,
            Lane = SendLane.File,
            Cost = Math.Max(1, album.Items.Count),
            Priority = priority,
            Cancellation = cancellation,
        });

    /// <summary>Takes nothing more, sends what waits until told to stop at once, and returns when no call is under way.</summary>
    /// <param name="atOnce">Cancels what waits and what is under way.</param>
    public Task Stop(CancellationToken atOnce) => _queue.Stop(atOnce);

    /// <summary>Cancels all that waits and is under way.</summary>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private Task<T> Add<T>(Outgoing<T> call)
    {
        _queue.Add(call);
        return call.Done;
    }

    private Task<bool> Add(OutgoingEdit edit)
    {
        _queue.Add(edit);
        return edit.Done;
    }
}
