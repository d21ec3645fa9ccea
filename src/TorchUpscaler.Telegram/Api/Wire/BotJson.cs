using System.Text.Json.Serialization;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>How what is sent and what comes is written in JSON: generated when the program is built.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(Message[]))]
[JsonSerializable(typeof(TextEntity))]
[JsonSerializable(typeof(PhotoSize))]
[JsonSerializable(typeof(Document))]
[JsonSerializable(typeof(Sticker))]
[JsonSerializable(typeof(CallbackQuery))]
[JsonSerializable(typeof(ChatMember))]
[JsonSerializable(typeof(ChatMemberUpdated))]
[JsonSerializable(typeof(RemoteFile))]
[JsonSerializable(typeof(ErrorParameters))]
[JsonSerializable(typeof(GetMeRequest))]
[JsonSerializable(typeof(GetUpdatesRequest))]
[JsonSerializable(typeof(SetWebhookRequest))]
[JsonSerializable(typeof(DeleteWebhookRequest))]
[JsonSerializable(typeof(SetMyCommandsRequest))]
[JsonSerializable(typeof(DeleteMyCommandsRequest))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(EditMessageTextRequest))]
[JsonSerializable(typeof(EditMessageReplyMarkupRequest))]
[JsonSerializable(typeof(DeleteMessageRequest))]
[JsonSerializable(typeof(AnswerCallbackQueryRequest))]
[JsonSerializable(typeof(SendChatActionRequest))]
[JsonSerializable(typeof(SendFileRequest))]
[JsonSerializable(typeof(SendMediaGroupRequest))]
[JsonSerializable(typeof(GetFileRequest))]
internal sealed partial class BotJson : JsonSerializerContext;
