namespace TorchUpscaler.Telegram.Api.Wire;

// The calls' parameters under their names of the Bot API (in snake case), null where they are not sent.

internal sealed record GetMeRequest;

internal sealed record GetUpdatesRequest(long? Offset, int Limit, int Timeout, IReadOnlyList<string> AllowedUpdates);

internal sealed record SetWebhookRequest(string Url, string SecretToken, int MaxConnections, IReadOnlyList<string> AllowedUpdates);

internal sealed record DeleteWebhookRequest(bool DropPendingUpdates);

internal sealed record SetMyCommandsRequest(IReadOnlyList<BotCommand> Commands, CommandScopeParameter Scope, string? LanguageCode);

internal sealed record DeleteMyCommandsRequest(CommandScopeParameter Scope, string? LanguageCode);

internal sealed record CommandScopeParameter(string Type, long? ChatId);

internal sealed record SendMessageRequest(long ChatId, int? MessageThreadId, string Text, IReadOnlyList<TextEntity>? Entities,
    LinkPreviewOptions LinkPreviewOptions, bool? DisableNotification, ReplyParameters? ReplyParameters, InlineKeyboardMarkup? ReplyMarkup);

internal sealed record EditMessageTextRequest(long ChatId, int MessageId, string Text, IReadOnlyList<TextEntity>? Entities,
    LinkPreviewOptions LinkPreviewOptions, InlineKeyboardMarkup? ReplyMarkup);

internal sealed record EditMessageReplyMarkupRequest(long ChatId, int MessageId, InlineKeyboardMarkup? ReplyMarkup);

internal sealed record DeleteMessageRequest(long ChatId, int MessageId);

internal sealed record AnswerCallbackQueryRequest(string CallbackQueryId, string? Text, bool? ShowAlert);

internal sealed record SendChatActionRequest(long ChatId, int? MessageThreadId, string Action);

/// <summary>sendPhoto and sendDocument: one of the two is there where Telegram has the file already, none where it is uploaded.</summary>
internal sealed record SendFileRequest(long ChatId, int? MessageThreadId, string? Photo, string? Document, string? Caption,
    IReadOnlyList<TextEntity>? CaptionEntities, bool? DisableContentTypeDetection, bool? DisableNotification,
    ReplyParameters? ReplyParameters, InlineKeyboardMarkup? ReplyMarkup);

internal sealed record SendMediaGroupRequest(long ChatId, int? MessageThreadId, IReadOnlyList<InputMedia> Media, bool? DisableNotification,
    ReplyParameters? ReplyParameters);

/// <param name="Media">A file's id, or <c>attach://NAME</c> for an uploaded part.</param>
internal sealed record InputMedia(string Type, string Media, string? Caption, IReadOnlyList<TextEntity>? CaptionEntities, bool? DisableContentTypeDetection);

internal sealed record GetFileRequest(string FileId);

internal sealed record LinkPreviewOptions(bool IsDisabled);

internal sealed record ReplyParameters(int MessageId, bool AllowSendingWithoutReply);

internal sealed record InlineKeyboardMarkup(IReadOnlyList<IReadOnlyList<InlineKeyboardButton>> InlineKeyboard);

internal sealed record InlineKeyboardButton(string Text, string CallbackData);

/// <summary>What an error's answer has beside its description.</summary>
internal sealed record ErrorParameters
{
    [System.Text.Json.Serialization.JsonConverter(typeof(LenientOptionalNumber))]
    public long? RetryAfter { get; init; }

    [System.Text.Json.Serialization.JsonConverter(typeof(LenientOptionalNumber))]
    public long? MigrateToChatId { get; init; }
}
