using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TorchUpscaler.BotServer.World;

/// <summary>Chats as text, for people and golden files. Times and file ids do not occur; message numbers begin at 1 in each chat.</summary>
internal static class Transcript
{
    private const string Indent = "   ";

    internal static string Screen(ServerChat chat)
    {
        lock (chat.State.Gate) return string.Concat(chat.Messages.Where(message => !message.IsDeleted).Select(Line));
    }

    /// <summary>A message with what belongs to it, in lines.</summary>
    internal static string Line(ServerMessage message)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"#{message.Id} {message.From?.FirstName ?? "bot"}");
        if (message.ReplyTo is { } reply) text.Append(CultureInfo.InvariantCulture, $" (to #{reply.Id})");
        if (message.IsSilent) text.Append(" (silent)");
        return text.Append(": ").Append(Content(message)).ToString();
    }

    /// <summary>What a message says or shows, and its buttons.</summary>
    internal static string Content(ServerMessage message)
    {
        var parts = new List<string>();
        if (message.Photo is [.., var photo]) parts.Add(string.Create(CultureInfo.InvariantCulture, $"<photo {photo.Width}×{photo.Height}>"));
        if (message.Document is { } document) parts.Add($"<document {document.Name}{Size(document)}>");
        if (message.Sticker is { } sticker) parts.Add($"<sticker{Size(sticker)}>");
        if (message.Text is { } said) parts.Add(Inner(said));
        if (message.Caption is { } caption) parts.Add(Inner(caption));
        var rows = message.Buttons.Select(row => $"{Indent}{string.Join(' ', row.Select(button => $"[{button}]"))}\n");
        return $"{string.Join(' ', parts)}\n{string.Concat(rows)}";
    }

    internal static string Inner(string text) => text.ReplaceLineEndings("\n" + Indent);

    internal static string Normalise(string text, (string Pattern, string Replacement)[] replacements) =>
        replacements.Aggregate(text, (left, rule) => Regex.Replace(left, rule.Pattern, rule.Replacement, RegexOptions.CultureInvariant));

    private static string Size(ServerFile file) => file.Width > 0 ? string.Create(CultureInfo.InvariantCulture, $" {file.Width}×{file.Height}") : "";
}
