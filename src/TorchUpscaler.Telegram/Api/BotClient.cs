using System.Text.Json.Serialization.Metadata;
using TorchUpscaler.Telegram.Api.Wire;

namespace TorchUpscaler.Telegram.Api;

/// <summary>The Bot API over HTTP, and no more of it than this program uses.</summary>
public sealed class BotClient : IBotApi
{
    private readonly Transport _transport;
    private readonly LocalFiles _localFiles;
    private readonly string _description;

    /// <param name="options">How the Bot API is reached.</param>
    /// <param name="clock">The clock of all waits; the system's by default.</param>
    /// <exception cref="Core.InputException">A setting cannot work.</exception>
    public BotClient(BotApiOptions options, TimeProvider? clock = null)
    {
        options.Validate();
        _transport = new Transport(options, clock ?? TimeProvider.System);
        _localFiles = new LocalFiles(options.LocalFilesRoot);
        _description = options.ToString();
    }

    /// <inheritdoc/>
    public async Task<User> GetMe(CancellationToken cancellation) =>
        Answers.Read("getMe", await Repeatable("getMe", new GetMeRequest(), BotJson.Default.GetMeRequest, cancellation), BotJson.Default.User);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Update>> GetUpdates(long offset, TimeSpan timeout, int limit, CancellationToken cancellation)
    {
        const string method = "getUpdates";
        var request = new GetUpdatesRequest(offset == 0 ? null : offset, limit, (int)timeout.TotalSeconds, Request.UpdateKinds);
        return Answers.Updates(method, await _transport.Call(method, request, BotJson.Default.GetUpdatesRequest, isRepeatable: true, timeout, cancellation));
    }

    /// <inheritdoc/>
    public Task SetWebhook(Webhook webhook, CancellationToken cancellation) =>
        Repeatable("setWebhook", new SetWebhookRequest(webhook.Url, webhook.Secret, webhook.Connections, Request.UpdateKinds), BotJson.Default.SetWebhookRequest, cancellation);

    /// <inheritdoc/>
    public Task DeleteWebhook(CancellationToken cancellation) =>
        Repeatable("deleteWebhook", new DeleteWebhookRequest(false), BotJson.Default.DeleteWebhookRequest, cancellation);

    /// <inheritdoc/>
    public Task SetMyCommands(IReadOnlyList<BotCommand> commands, CommandScope scope, string? language, CancellationToken cancellation) =>
        Repeatable("setMyCommands", new SetMyCommandsRequest(commands, new CommandScopeParameter(scope.Type, scope.Chat), language), BotJson.Default.SetMyCommandsRequest, cancellation);

    /// <inheritdoc/>
    public Task DeleteMyCommands(CommandScope scope, string? language, CancellationToken cancellation) =>
        Repeatable("deleteMyCommands", new DeleteMyCommandsRequest(new CommandScopeParameter(scope.Type, scope.Chat), language), BotJson.Default.DeleteMyCommandsRequest, cancellation);

    /// <inheritdoc/>
    public async Task<Message> SendMessage(TextMessage message, CancellationToken cancellation)
    {
        var result = await _transport.Call("sendMessage", Request.Of(message), BotJson.Default.SendMessageRequest, isRepeatable: false, TimeSpan.Zero, cancellation);
        return Answers.Read("sendMessage", result, BotJson.Default.Message);
    }

    /// <inheritdoc/>
    public Task EditMessageText(TextEdit edit, CancellationToken cancellation) =>
        Repeatable("editMessageText", Request.Of(edit), BotJson.Default.EditMessageTextRequest, cancellation, BotError.NotModified);

    /// <inheritdoc/>
    public Task EditMessageReplyMarkup(MessageRef message, InlineKeyboard? keyboard, CancellationToken cancellation)
    {
        var request = new EditMessageReplyMarkupRequest(message.Chat, message.Id, Request.Of(keyboard));
        return Repeatable("editMessageReplyMarkup", request, BotJson.Default.EditMessageReplyMarkupRequest, cancellation, BotError.NotModified);
    }

    /// <inheritdoc/>
    public Task DeleteMessage(MessageRef message, CancellationToken cancellation)
    {
        var request = new DeleteMessageRequest(message.Chat, message.Id);
        return Repeatable("deleteMessage", request, BotJson.Default.DeleteMessageRequest, cancellation, BotError.MessageGone);
    }

    /// <inheritdoc/>
    public Task AnswerCallbackQuery(CallbackAnswer answer, CancellationToken cancellation)
    {
        var request = new AnswerCallbackQueryRequest(answer.QueryId, answer.Text, answer.IsAlert ? true : null);
        return Repeatable("answerCallbackQuery", request, BotJson.Default.AnswerCallbackQueryRequest, cancellation, BotError.QueryTooOld);
    }

    /// <inheritdoc/>
    public Task SendChatAction(long chat, int? thread, ChatAction action, CancellationToken cancellation)
    {
        var name = action == ChatAction.UploadPhoto ? "upload_photo" : "upload_document";
        return Repeatable("sendChatAction", new SendChatActionRequest(chat, thread, name), BotJson.Default.SendChatActionRequest, cancellation);
    }

    /// <inheritdoc/>
    public Task<Message> SendPhoto(FileMessage message, CancellationToken cancellation) =>
        SendFile("sendPhoto", "photo", message, Request.Of(message, isPhoto: true), cancellation);

    /// <inheritdoc/>
    public Task<Message> SendDocument(FileMessage message, CancellationToken cancellation) =>
        SendFile("sendDocument", "document", message, Request.Of(message, isPhoto: false), cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Message>> SendMediaGroup(AlbumMessage album, CancellationToken cancellation)
    {
        const string method = "sendMediaGroup";
        var uploads = album.Items.Select((item, i) => (Part: Request.PartName(i), item.File)).Where(upload => upload.File.Path is not null).ToList();
        var result = await Send(method, Request.Of(album), BotJson.Default.SendMediaGroupRequest, uploads, cancellation);
        return Answers.Read(method, result, BotJson.Default.MessageArray);
    }

    /// <inheritdoc/>
    public async Task<RemoteFile> GetFile(string fileId, CancellationToken cancellation) =>
        Answers.Read("getFile", await Repeatable("getFile", new GetFileRequest(fileId), BotJson.Default.GetFileRequest, cancellation), BotJson.Default.RemoteFile);

    /// <inheritdoc/>
    public Task<long> Download(RemoteFile file, Stream destination, long maximumBytes, CancellationToken cancellation) =>
        _localFiles.Fetch(file, destination, maximumBytes, path => _transport.Download(path, destination, maximumBytes, cancellation), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>Where the Bot API is, and nothing secret.</summary>
    public override string ToString() => _description;

    private async Task<Message> SendFile(string method, string part, FileMessage message, SendFileRequest request, CancellationToken cancellation)
    {
        IReadOnlyList<(string, OutgoingFile)> uploads = message.File.Path is null ? [] : [(part, message.File)];
        return Answers.Read(method, await Send(method, request, BotJson.Default.SendFileRequest, uploads, cancellation), BotJson.Default.Message);
    }

    private Task<ReadOnlyMemory<byte>> Send<T>(string method, T request, JsonTypeInfo<T> type, IReadOnlyList<(string Part, OutgoingFile File)> uploads, CancellationToken cancellation) =>
        uploads.Count > 0
            ? _transport.Upload(method, request, type, uploads, cancellation)
            : _transport.Call(method, request, type, isRepeatable: false, TimeSpan.Zero, cancellation);

    private Task<ReadOnlyMemory<byte>> Repeatable<T>(string method, T request, JsonTypeInfo<T> type, CancellationToken cancellation, BotError? doneBefore = null) =>
        _transport.Call(method, request, type, isRepeatable: true, TimeSpan.Zero, cancellation, doneBefore);
}
