using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What is asked for one picture only, in the text below it: <c>x2</c>, <c>×8 jpg</c>, <c>/x4</c>.</summary>
/// <param name="Scale">The scale, or null.</param>
/// <param name="Format">The format, or null.</param>
public sealed record Wishes(int? Scale = null, PictureFormat? Format = null)
{
    private const int LongestText = 40;

    /// <summary>The scales that can be had.</summary>
    public static IReadOnlyList<int> Scales { get; } = [2, 4, 8];

    /// <summary>
    /// Reads a text, of which nothing may be left over: a caption is for people, and <c>my x2 trip</c> asks for nothing.
    /// Null where it asks for nothing.
    /// </summary>
    public static Wishes? Read(string? text)
    {
        if (text is null || text.Length > LongestText) return null;
        var words = text.Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var wishes = new Wishes();
        foreach (var word in words)
        {
            if (ReadScale(word) is { } scale && wishes.Scale is null) wishes = wishes with { Scale = scale };
            else if (PictureFormats.FromName(word) is { } format && wishes.Format is null) wishes = wishes with { Format = format };
            else return null;
        }
        return words.Length == 0 ? null : wishes;
    }

    private static int? ReadScale(string word)
    {
        // The Latin x, the Russian letter that looks like it, and the sign.
        var digits = word.TrimStart('/').ToUpperInvariant().Trim('X', 'Х', '×');
        return digits.Length < word.Length && digits.Length == 1 && word.Length <= 3 && Scales.Contains(digits[0] - '0') ? digits[0] - '0' : null;
    }
}
