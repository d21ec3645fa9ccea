namespace TorchUpscaler.Telegram.Api;

/// <summary>
/// What this program uses of Telegram's Bot API. All members may be called from several threads at once, throw
/// <see cref="BotApiException"/> where Telegram refuses or cannot be reached, and keep no file in memory.
/// </summary>
/// <remarks>
/// Calls that can be repeated without harm are tried again after broken connections, timeouts and errors of the server; the sends
/// only where the request cannot have arrived. Too many requests are never tried again here: <see cref="Sending.SendScheduler"/> does.
/// </remarks>
public interface IBotApi : IDisposable
{
    /// <summary>The bot itself: the cheapest way to find out that the token is good.</summary>
    Task<User> GetMe(CancellationToken cancellation);

    /// <summary>Waits for updates. Asking with an offset confirms all updates below it: Telegram forgets them.</summary>
    /// <param name="offset">The first update that is wanted; 0 for the oldest that is not confirmed.</param>
    /// <param name="timeout">How long Telegram waits for an update to come; zero asks once.</param>
    /// <param name="limit">At most so many, 1 to 100.</param>
    /// <returns>The updates in Telegram's order, none where none came. What an update says may be unreadable; its id never is.</returns>
    Task<IReadOnlyList<Update>> GetUpdates(long offset, TimeSpan timeout, int limit, CancellationToken cancellation);

    /// <summary>Has Telegram post the updates to an address; long polling ends.</summary>
    Task SetWebhook(Webhook webhook, CancellationToken cancellation);

    /// <summary>Goes back to long polling. Updates that wait stay.</summary>
    Task DeleteWebhook(CancellationToken cancellation);

    /// <summary>Sets the commands that people are shown.</summary>
    /// <param name="commands">In this order.</param>
    /// <param name="scope">Where they are shown.</param>
    /// <param name="language">A two-letter code, or null for everyone whose language has no list of its own.</param>
    Task SetMyCommands(IReadOnlyList<BotCommand> commands, CommandScope scope, string? language, CancellationToken cancellation);

    /// <summary>Takes commands away that were set; people are shown those of the next wider scope.</summary>
    /// <param name="scope">Where they were shown.</param>
    /// <param name="language">As they were set.</param>
    Task DeleteMyCommands(CommandScope scope, string? language, CancellationToken cancellation);

    /// <summary>Sends a text.</summary>
    Task<Message> SendMessage(TextMessage message, CancellationToken cancellation);

    /// <summary>Replaces a message's text and keyboard.</summary>
    /// <exception cref="BotApiException">With <see cref="BotError.NotModified"/> where it says that already.</exception>
    Task EditMessageText(TextEdit edit, CancellationToken cancellation);

    /// <summary>Replaces a message's keyboard, or takes it away.</summary>
    Task EditMessageReplyMarkup(MessageRef message, InlineKeyboard? keyboard, CancellationToken cancellation);

    /// <summary>Deletes a message.</summary>
    Task DeleteMessage(MessageRef message, CancellationToken cancellation);

    /// <summary>Ends the wait that a pressed button shows, with or without a note.</summary>
    Task AnswerCallbackQuery(CallbackAnswer answer, CancellationToken cancellation);

    /// <summary>Shows for five seconds, or until the next message, that the bot does something.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="thread">The forum's thread, or null.</param>
    /// <param name="action">What it does.</param>
    Task SendChatAction(long chat, int? thread, ChatAction action, CancellationToken cancellation);

    /// <summary>Sends a picture as a photo, which Telegram compresses.</summary>
    Task<Message> SendPhoto(FileMessage message, CancellationToken cancellation);

    /// <summary>Sends a file as it is.</summary>
    /// <exception cref="IOException">The file cannot be opened. The other calls that send files throw this, too.</exception>
    Task<Message> SendDocument(FileMessage message, CancellationToken cancellation);

    /// <summary>Sends 2 to 10 photos, or 2 to 10 documents, as an album.</summary>
    Task<IReadOnlyList<Message>> SendMediaGroup(AlbumMessage album, CancellationToken cancellation);

    /// <summary>Where a file can be fetched.</summary>
    /// <exception cref="BotApiException">With <see cref="BotError.FileTooBig"/> above Telegram's 20 MB.</exception>
    Task<RemoteFile> GetFile(string fileId, CancellationToken cancellation);

    /// <summary>Copies a file's bytes to a stream, as fast as they come.</summary>
    /// <param name="file">From <see cref="GetFile"/>.</param>
    /// <param name="destination">Written from its position on; begun again there after a broken connection where it can seek.</param>
    /// <param name="maximumBytes">More is refused with <see cref="BotError.FileTooBig"/>, whatever its announced size is.</param>
    /// <returns>How many bytes there were.</returns>
    Task<long> Download(RemoteFile file, Stream destination, long maximumBytes, CancellationToken cancellation);
}
