using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>A picture that came in a message, as far as Telegram tells without its being fetched.</summary>
/// <param name="Kind">As what it came.</param>
/// <param name="FileId">Names its file for this bot.</param>
/// <param name="UniqueId">Names it for ever, or null.</param>
/// <param name="Name">Its file name, clean; made up for what has none.</param>
/// <param name="Bytes">Its size, where Telegram says.</param>
public sealed record IncomingPicture(PictureKind Kind, string FileId, string? UniqueId, string Name, long? Bytes)
{
    // What Telegram calls the files that people send; a name is believed where it calls them nothing.
    private static readonly string[] s_extensions = [".jpg", ".jpeg", ".jpe", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".gif"];

    /// <summary>The picture of a message; null where it has none, or none that could be enlarged (<see cref="WhyNot(Message)"/>).</summary>
    public static IncomingPicture? Of(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (WhyNot(message) is not null) return null;
        if (message.LargestPhoto is { } photo) return new(PictureKind.Photo, photo.FileId, photo.FileUniqueId, "photo.jpg", photo.FileSize);
        if (message.Sticker is { } sticker) return new(PictureKind.Sticker, sticker.FileId, sticker.FileUniqueId, "sticker.webp", sticker.FileSize);
        if (message.Document is { } document) return new(PictureKind.Document, document.FileId, document.FileUniqueId, FileNames.Clean(document.FileName), document.FileSize);
        return null;
    }

    /// <summary>Why what a message brings is not enlarged; null where it is, or where it brings nothing.</summary>
    public static TextKey? WhyNot(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Animation is not null) return TextKey.UnsupportedAnimation; // comes with a document, too
        if (message.Video is not null) return TextKey.UnsupportedVideo;
        if (message.Sticker is { } sticker)
            return sticker.IsAnimated || sticker.IsVideo ? TextKey.UnsupportedAnimatedSticker : sticker.FileSize == 0 ? TextKey.UnsupportedEmpty : null;
        if (message.LargestPhoto is { } photo) return photo.FileSize == 0 ? TextKey.UnsupportedEmpty : null;
        return message.Document is { } document ? WhyNot(document) : null;
    }

    private static TextKey? WhyNot(Document document)
    {
        if (document.FileSize == 0) return TextKey.UnsupportedEmpty;
        var type = document.MimeType ?? "";
        if (type.StartsWith("video/", StringComparison.OrdinalIgnoreCase)) return TextKey.UnsupportedVideo;
        // A picture that is described instead of painted has no pixels to enlarge.
        if (type.StartsWith("image/svg", StringComparison.OrdinalIgnoreCase)) return TextKey.UnsupportedFile;
        if (type.StartsWith("image/", StringComparison.OrdinalIgnoreCase)) return null;
        var extension = Path.GetExtension(FileNames.Clean(document.FileName));
        return s_extensions.Contains(extension, StringComparer.OrdinalIgnoreCase) ? null : TextKey.UnsupportedFile;
    }
}
