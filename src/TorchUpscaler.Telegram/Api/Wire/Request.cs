using System.Globalization;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Turns what is to be sent into the calls' parameters.</summary>
internal static class Request
{
    /// <summary>The kinds of updates that this program reads.</summary>
    internal static IReadOnlyList<string> UpdateKinds { get; } = ["message", "edited_message", "callback_query", "my_chat_member"];

    internal static SendMessageRequest Of(TextMessage message) => new(message.Chat, message.Thread, message.Text.Text, Entities(message.Text),
        new LinkPreviewOptions(true), Flag(message.IsSilent), Reply(message), Of(message.Keyboard));

    internal static EditMessageTextRequest Of(TextEdit edit) =>
        new(edit.Message.Chat, edit.Message.Id, edit.Text.Text, Entities(edit.Text), new LinkPreviewOptions(true), Of(edit.Keyboard));

    internal static SendFileRequest Of(FileMessage message, bool isPhoto) => new(message.Chat, message.Thread,
        isPhoto ? message.File.FileId : null, isPhoto ? null : message.File.FileId, Caption(message.Caption), Entities(message.Caption),
        isPhoto ? null : true, Flag(message.IsSilent), Reply(message), Of(message.Keyboard));

    internal static SendMediaGroupRequest Of(AlbumMessage album) =>
        new(album.Chat, album.Thread, [.. album.Items.Select((item, i) => Of(item, i, album.ArePhotos))], Flag(album.IsSilent), Reply(album));

    internal static InlineKeyboardMarkup? Of(InlineKeyboard? keyboard) => keyboard is null ? null : new(
        [.. keyboard.Rows.Select(row => (IReadOnlyList<InlineKeyboardButton>)[.. row.Select(button => new InlineKeyboardButton(button.Text, button.Data))])]);

    /// <summary>The name of the part of an upload that holds an album's file.</summary>
    internal static string PartName(int index) => string.Create(CultureInfo.InvariantCulture, $"file{index}");

    private static InputMedia Of(AlbumItem item, int index, bool isPhoto) => new(isPhoto ? "photo" : "document",
        item.File.FileId ?? $"attach://{PartName(index)}", Caption(item.Caption), Entities(item.Caption), isPhoto ? null : true);

    private static ReplyParameters? Reply(OutgoingMessage message) => message.ReplyTo is { } id ? new(id, true) : null;

    private static string? Caption(FormattedText text) => text.Text.Length == 0 ? null : text.Text;

    private static IReadOnlyList<TextEntity>? Entities(FormattedText text) => text.Entities.Count == 0 ? null : text.Entities;

    private static bool? Flag(bool value) => value ? true : null;
}
