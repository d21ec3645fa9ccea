using TorchUpscaler.Telegram.Api;
using Library = global::Telegram.Bot;

namespace TorchUpscaler.Telegram.Full;

/// <summary>Turns what is to be sent into the types of Telegram.Bot.</summary>
internal static class LibraryTypes
{
    /// <summary>No preview of addresses.</summary>
    internal static Library.Types.LinkPreviewOptions NoPreview => new() { IsDisabled = true };

    /// <summary>The library's value for a name of the Bot API, such as <c>text_link</c>; null where it knows none.</summary>
    internal static T? Named<T>(string name)
        where T : struct, Enum => Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : null;

    /// <summary>A text, or null where there is none.</summary>
    internal static string? TextOf(FormattedText text) => text.Text.Length == 0 ? null : text.Text;

    /// <summary>A text's parts; one of a kind that the library does not know is left out.</summary>
    internal static Library.Types.MessageEntity[]? PartsOf(FormattedText text) =>
        text.Entities.Count == 0 ? null : [.. text.Entities.Select(Of).OfType<Library.Types.MessageEntity>()];

    internal static Library.Types.ReplyMarkups.InlineKeyboardMarkup? Of(InlineKeyboard? keyboard) => keyboard is null ? null : new(
        keyboard.Rows.Select(row => row.Select(button => Library.Types.ReplyMarkups.InlineKeyboardButton.WithCallbackData(button.Text, button.Data))));

    internal static Library.Types.ReplyParameters? ReplyOf(OutgoingMessage message) =>
        message.ReplyTo is { } id ? new() { MessageId = id, AllowSendingWithoutReply = true } : null;

    internal static Library.Types.BotCommand Of(BotCommand command) => new() { Command = command.Command, Description = command.Description };

    internal static Library.Types.BotCommandScope Of(CommandScope scope) => scope switch
    {
        { Type: "default" } => new Library.Types.BotCommandScopeDefault(),
        { Type: "all_private_chats" } => new Library.Types.BotCommandScopeAllPrivateChats(),
        { Type: "all_group_chats" } => new Library.Types.BotCommandScopeAllGroupChats(),
        { Type: "chat", Chat: { } chat } => new Library.Types.BotCommandScopeChat { ChatId = chat },
        _ => throw new ArgumentException($"there is no way here to show commands in '{scope.Type}'", nameof(scope)),
    };

    internal static Library.Types.IAlbumInputMedia Of(AlbumItem item, bool isPhoto, Func<OutgoingFile, Library.Types.InputFile> file)
    {
        if (isPhoto) return new Library.Types.InputMediaPhoto(file(item.File)) { Caption = TextOf(item.Caption), CaptionEntities = PartsOf(item.Caption) };
        return new Library.Types.InputMediaDocument(file(item.File)) { Caption = TextOf(item.Caption), CaptionEntities = PartsOf(item.Caption), DisableContentTypeDetection = true };
    }

    private static Library.Types.MessageEntity? Of(TextEntity part) => Named<Library.Types.Enums.MessageEntityType>(part.Type) is not { } type ? null : new()
    {
        Type = type,
        Offset = part.Offset,
        Length = part.Length,
        Url = part.Url,
        User = part.User is { } user ? new() { Id = user.Id, FirstName = user.FirstName ?? "" } : null,
    };
}
