using System.Globalization;
using System.Text;

namespace TorchUpscaler.Telegram.Api;

/// <summary>File names that came from somebody, or go to somebody.</summary>
public static class FileNames
{
    /// <summary>UTF-16 units that a name may have, its extension included.</summary>
    public const int MaximumLength = 100;

    private const int MaximumExtension = 10;
    private const string Forbidden = "\"<>|:*?";

    /// <summary>
    /// A name without folders, without characters that steer a header, a terminal or the direction of writing, not hidden and
    /// not too long; its extension is kept. <c>file</c> where nothing is left.
    /// </summary>
    public static string Clean(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var kept = new StringBuilder();
        foreach (var rune in last.EnumerateRunes())
        {
            if (IsPlain(rune)) kept.Append(rune.ToString());
        }
        var clean = kept.ToString().Trim().Trim('.').Trim();
        if (clean.Length == 0) return "file";
        if (clean.Length <= MaximumLength) return clean;

        var extension = Path.GetExtension(clean);
        if (extension.Length > MaximumExtension) extension = "";
        return Cut(clean, MaximumLength - extension.Length) + extension;
    }

    private static bool IsPlain(Rune rune) =>
        rune != Rune.ReplacementChar && !Forbidden.Contains((char)Math.Min(rune.Value, char.MaxValue))
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    /// <summary>The beginning of a text; never half a character.</summary>
    private static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
