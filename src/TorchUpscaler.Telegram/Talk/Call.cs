using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>How a message calls the bot: by a command, or by its name.</summary>
/// <param name="Command">The command without its slash, in small letters; empty where the bot is only named.</param>
/// <param name="Arguments">What stands behind the command, or around the name.</param>
/// <param name="Offset">Where the arguments begin in the text, in UTF-16 units; 0 behind a name.</param>
/// <param name="IsAddressed">Whether the bot is named: in a group a bare command is every bot's.</param>
public sealed record Call(string Command, string Arguments, int Offset, bool IsAddressed)
{
    /// <summary>The call in a message's text or caption; null where it calls nobody, or another bot.</summary>
    /// <param name="message">The message.</param>
    /// <param name="username">The bot's user name.</param>
    public static Call? In(Message message, string username)
    {
        ArgumentNullException.ThrowIfNull(message);
        var (text, entities) = message.Text is { } written ? (written, message.Entities) : (message.Caption ?? "", message.CaptionEntities);
        if (text.StartsWith('/')) return Of(text, username);
        var name = entities?.FirstOrDefault(entity => entity.Type == "mention" && entity.In(text).Equals($"@{username}", StringComparison.OrdinalIgnoreCase));
        if (name is null) return null;
        return new Call("", $"{text[..name.Offset]} {text[(name.Offset + name.Length)..]}".Trim(), 0, IsAddressed: true);
    }

    private static Call? Of(string text, string username)
    {
        var end = text.IndexOfAny([' ', '\n', '\t']);
        var word = text[1..(end < 0 ? text.Length : end)];
        var at = word.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !word[(at + 1)..].Equals(username, StringComparison.OrdinalIgnoreCase)) return null;
        var command = at < 0 ? word : word[..at];
        if (command.Length is 0 or > 32 || !command.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')) return null;
        var rest = end < 0 ? "" : text[end..];
        var arguments = rest.TrimStart();
        return new Call(command.ToLowerInvariant(), arguments.TrimEnd(), text.Length - arguments.Length, at >= 0);
    }
}
