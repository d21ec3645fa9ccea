using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Api.Wire;
using Library = global::Telegram.Bot;

namespace TorchUpscaler.Telegram.Full;

/// <summary>
/// The Bot API by Telegram.Bot. What is sent is put together and sent by the library; what comes is read by the same readers as
/// everywhere here, as the library gives up a whole answer for one part that it cannot read.
/// </summary>
public sealed class TelegramBotApi : IBotApi
{
    private readonly LibraryTransport _transport;
    private readonly LocalFiles _localFiles;
    private readonly string _description;

    /// <param name="options">How the Bot API is reached.</param>
    /// <param name="clock">The clock of all waits; the system's by default.</param>
    /// <exception cref="Core.InputException">A setting cannot work.</exception>
    public TelegramBotApi(BotApiOptions options, TimeProvider? clock = null)
    {
        options.Validate();
        _transport = new LibraryTransport(options, clock ?? TimeProvider.System);
        _localFiles = new LocalFiles(options.LocalFilesRoot);
        _description = options.ToString();
    }

    /// <inheritdoc/>
    public async Task<User> GetMe(CancellationToken cancellation) =>
        Answers.Read("getMe", await Repeatable(new Library.Requests.GetMeRequest(), cancellation), BotJson.Default.User);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Update>> GetUpdates(long offset, TimeSpan timeout, int limit, CancellationToken cancellation)
    {
        var request = new UpdatesRequest { Offset = offset == 0 ? null : offset, Limit = limit, Timeout = (int)timeout.TotalSeconds, AllowedUpdates = Request.UpdateKinds };
        return Answers.Updates(request.MethodName, await _transport.Call(request, isRepeatable: true, timeout, doneBefore: null, cancellation));
    }

    /// <inheritdoc/>
    public Task SetWebhook(Webhook webhook, CancellationToken cancellation) => Repeatable(new Library.Requests.SetWebhookRequest
    {
        Url = webhook.Url,
        SecretToken = webhook.Secret,
        MaxConnections = webhook.Connections,
        AllowedUpdates = Request.UpdateKinds.Select(kind => LibraryTypes.Named<Library.Types.Enums.UpdateType>(kind)!.Value),
    }, cancellation);

    /// <inheritdoc/>
    public Task DeleteWebhook(CancellationToken cancellation) => Repeatable(new Library.Requests.DeleteWebhookRequest(), cancellation);

    /// <inheritdoc/>
    public Task SetMyCommands(IReadOnlyList<BotCommand> commands, CommandScope scope, string? language, CancellationToken cancellation) =>
        Repeatable(new Library.Requests.SetMyCommandsRequest { Commands = commands.Select(LibraryTypes.Of), Scope = LibraryTypes.Of(scope), LanguageCode = language }, cancellation);

    /// <inheritdoc/>
    public Task DeleteMyCommands(CommandScope scope, string? language, CancellationToken cancellation) =>
        Repeatable(new Library.Requests.DeleteMyCommandsRequest { Scope = LibraryTypes.Of(scope), LanguageCode = language }, cancellation);

    /// <inheritdoc/>
    public async Task<Message> SendMessage(TextMessage message, CancellationToken cancellation)
    {
        var request = new Library.Requests.SendMessageRequest
        {
            ChatId = message.Chat,
            MessageThreadId = message.Thread,
            Text = message.Text.Text,
            Entities = LibraryTypes.PartsOf(message.Text),
            LinkPreviewOptions = LibraryTypes.NoPreview,
            DisableNotification = message.IsSilent,
            ReplyParameters = LibraryTypes.ReplyOf(message),
            ReplyMarkup = LibraryTypes.Of(message.Keyboard),
        };
        var result = await _transport.Call(request, isRepeatable: false, TimeSpan.Zero, doneBefore: null, cancellation);
        return Answers.Read(request.MethodName, result, BotJson.Default.Message);
    }

    /// <inheritdoc/>
    public Task EditMessageText(TextEdit edit, CancellationToken cancellation) => Repeatable(new Library.Requests.EditMessageTextRequest
    {
        ChatId = edit.Message.Chat,
        MessageId = edit.Message.Id,
        Text = edit.Text.Text,
        Entities = LibraryTypes.PartsOf(edit.Text),
        LinkPreviewOptions = LibraryTypes.NoPreview,
        ReplyMarkup = LibraryTypes.Of(edit.Keyboard),
    }, cancellation, BotError.NotModified);

    /// <inheritdoc/>
    public Task EditMessageReplyMarkup(MessageRef message, InlineKeyboard? keyboard, CancellationToken cancellation) => Repeatable(
        new Library.Requests.EditMessageReplyMarkupRequest { ChatId = message.Chat, MessageId = message.Id, ReplyMarkup = LibraryTypes.Of(keyboard) }, cancellation, BotError.NotModified);

    /// <inheritdoc/>
    public Task DeleteMessage(MessageRef message, CancellationToken cancellation) =>
        Repeatable(new Library.Requests.DeleteMessageRequest { ChatId = message.Chat, MessageId = message.Id }, cancellation, BotError.MessageGone);

    /// <inheritdoc/>
    public Task AnswerCallbackQuery(CallbackAnswer answer, CancellationToken cancellation) => Repeatable(
        new Library.Requests.AnswerCallbackQueryRequest { CallbackQueryId = answer.QueryId, Text = answer.Text, ShowAlert = answer.IsAlert }, cancellation, BotError.QueryTooOld);

    /// <inheritdoc/>
    public Task SendChatAction(long chat, int? thread, ChatAction action, CancellationToken cancellation) => Repeatable(new Library.Requests.SendChatActionRequest
    {
        ChatId = chat,
        MessageThreadId = thread,
        Action = action == ChatAction.UploadPhoto ? Library.Types.Enums.ChatAction.UploadPhoto : Library.Types.Enums.ChatAction.UploadDocument,
    }, cancellation);

    /// <inheritdoc/>
    public Task<Message> SendPhoto(FileMessage message, CancellationToken cancellation) => Send("sendPhoto", message, file => new Library.Requests.SendPhotoRequest
    {
        ChatId = message.Chat,
        MessageThreadId = message.Thread,
        Photo = file,
        Caption = LibraryTypes.TextOf(message.Caption),
        CaptionEntities = LibraryTypes.PartsOf(message.Caption),
        DisableNotification = message.IsSilent,
        ReplyParameters = LibraryTypes.ReplyOf(message),
        ReplyMarkup = LibraryTypes.Of(message.Keyboard),
    }, cancellation);

    /// <inheritdoc/>
    public Task<Message> SendDocument(FileMessage message, CancellationToken cancellation) => Send("sendDocument", message, file => new Library.Requests.SendDocumentRequest
    {
        ChatId = message.Chat,
        MessageThreadId = message.Thread,
        Document = file,
        DisableContentTypeDetection = true,
        Caption = LibraryTypes.TextOf(message.Caption),
        CaptionEntities = LibraryTypes.PartsOf(message.Caption),
        DisableNotification = message.IsSilent,
        ReplyParameters = LibraryTypes.ReplyOf(message),
        ReplyMarkup = LibraryTypes.Of(message.Keyboard),
    }, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Message>> SendMediaGroup(AlbumMessage album, CancellationToken cancellation)
    {
        var result = await _transport.Call([.. album.Items.Select(item => item.File)], file => new Library.Requests.SendMediaGroupRequest
        {
            ChatId = album.Chat,
            MessageThreadId = album.Thread,
            Media = [.. album.Items.Select(item => LibraryTypes.Of(item, album.ArePhotos, file))], // each file is opened once
            DisableNotification = album.IsSilent,
            ReplyParameters = LibraryTypes.ReplyOf(album),
        }, cancellation);
        return Answers.Read("sendMediaGroup", result, BotJson.Default.MessageArray);
    }

    /// <inheritdoc/>
    public async Task<RemoteFile> GetFile(string fileId, CancellationToken cancellation) =>
        Answers.Read("getFile", await Repeatable(new Library.Requests.GetFileRequest { FileId = fileId }, cancellation), BotJson.Default.RemoteFile);

    /// <inheritdoc/>
    public Task<long> Download(RemoteFile file, Stream destination, long maximumBytes, CancellationToken cancellation) =>
        _localFiles.Fetch(file, destination, maximumBytes, path => _transport.Download(path, destination, maximumBytes, cancellation), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>Where the Bot API is, and nothing secret.</summary>
    public override string ToString() => _description;

    private async Task<Message> Send(string method, FileMessage message, Func<Library.Types.InputFile, Library.Requests.Abstractions.IRequest> request, CancellationToken cancellation) =>
        Answers.Read(method, await _transport.Call([message.File], file => request(file(message.File)), cancellation), BotJson.Default.Message);

    private Task<ReadOnlyMemory<byte>> Repeatable(Library.Requests.Abstractions.IRequest request, CancellationToken cancellation, BotError? doneBefore = null) =>
        _transport.Call(request, isRepeatable: true, TimeSpan.Zero, doneBefore, cancellation);
}
