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

    /// <summary>The formats that can be had: those that people can look at in Telegram.</summary>
    public static IReadOnlyList<PictureFormat> Formats { get; } = [PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP];

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
            else if (PictureFormats.FromName(word) is { } format && Formats.Contains(format) && wishes.Format is null) wishes = wishes with { Format = format };
            else return null;
        }
        return words.Length == 0 ? null : wishes;
    }

    private static int? ReadScale(string word)
    {
        if (word.TrimStart('/') is not [var first, var second]) return null;
        var digit = IsTimes(first) ? second : IsTimes(second) ? first : ' ';
        return char.IsAsciiDigit(digit) && Scales.Contains(digit - '0') ? digit - '0' : null;
    }

    // The Latin x, the Russian letter that looks like it, and the sign.
    private static bool IsTimes(char letter) => letter is 'x' or 'X' or 'х' or 'Х' or '×';
}
