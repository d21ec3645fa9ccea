namespace TorchUpscaler.Telegram.Api;

/// <summary>What a failed call of the Bot API means for its caller.</summary>
public enum BotError
{
    /// <summary>The call was wrong in a way that has no name here; trying again is of no use.</summary>
    BadRequest,

    /// <summary>The token is wrong or was revoked.</summary>
    BadToken,

    /// <summary>Another process asks for the same bot's updates.</summary>
    Conflict,

    /// <summary>A webhook is set, so that updates cannot be asked for.</summary>
    WebhookIsSet,

    /// <summary>Too many requests: nothing was done; wait for <see cref="BotApiException.RetryAfter"/>.</summary>
    TooManyRequests,

    /// <summary>The person has blocked the bot, never started it, or is gone.</summary>
    Blocked,

    /// <summary>The bot is not, or no longer, in the group.</summary>
    NotInGroup,

    /// <summary>The bot may not do that in this chat.</summary>
    NoRights,

    /// <summary>There is no such chat, or the bot never met it.</summary>
    ChatNotFound,

    /// <summary>The group has become a supergroup: <see cref="BotApiException.MigratedTo"/>.</summary>
    Migrated,

    /// <summary>The message says that already.</summary>
    NotModified,

    /// <summary>The message is gone, or can no longer be changed.</summary>
    MessageGone,

    /// <summary>A text or a caption is too long.</summary>
    TooLong,

    /// <summary>The file is above Telegram's limit for this way of sending or fetching, or above the caller's own.</summary>
    FileTooBig,

    /// <summary>Telegram does not know the file by that name, or cannot hand it out now.</summary>
    WrongFile,

    /// <summary>Telegram does not take the picture as a photo; as a document it may.</summary>
    PhotoRefused,

    /// <summary>The button was pressed too long ago to be answered.</summary>
    QueryTooOld,

    /// <summary>Telegram could not be reached, broke off, answered late, or has an error of its own. Later it may work.</summary>
    Unavailable,

    /// <summary>What came was no answer of a Bot API server, or too large for one.</summary>
    InvalidAnswer,

    /// <summary>Too much waits to be sent already, in this chat or in all: nothing was done.</summary>
    QueueFull,
}

/// <summary>A call of the Bot API failed. The message is one sentence for the operator, without the token.</summary>
public sealed class BotApiException : Exception
{
    /// <param name="error">What it means.</param>
    /// <param name="message">For the operator.</param>
    /// <param name="cause">What lay under it; must not know the token.</param>
    public BotApiException(BotError error, string message, Exception? cause = null) : base(message, cause) => Error = error;

    /// <summary>What it means.</summary>
    public BotError Error { get; }

    /// <summary>Telegram's own words, such as <c>Bad Request: chat not found</c>; empty where it said nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>How long to leave the chat, or the whole Bot API, alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the group's number is now.</summary>
    public long? MigratedTo { get; init; }

    /// <summary>Whether the call may have been done all the same: its answer was lost. Otherwise nothing has happened.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>Whether the connection ended while files were being sent.</summary>
    public bool IsBrokenUpload { get; init; }

    /// <summary>
    /// Whether nothing is wrong with the call itself, so that the same may succeed later. That holds for a token that is refused, too:
    /// the operator has to do something, and what was to be done is done then.
    /// </summary>
    public bool IsTransient => Error is BotError.BadToken or BotError.Unavailable or BotError.InvalidAnswer or BotError.TooManyRequests or BotError.Conflict or BotError.QueueFull;
}
