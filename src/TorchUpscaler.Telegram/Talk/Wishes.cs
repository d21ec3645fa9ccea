using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What is asked for one picture only, in the text below it: <c>x2</c>, <c>×8 jpg</c>, <c>/x4</c>, <c>x2 please</c>.</summary>
/// <param name="Scale">The scale, or null.</param>
/// <param name="Format">The format, or null.</param>
/// <param name="Unknown">A scale that was asked for and cannot be had, or null.</param>
public sealed record Wishes(int? Scale = null, PictureFormat? Format = null, int? Unknown = null)
{
    private const int LongestText = 40, LongestCall = 200, LongestNumber = 3;

    /// <summary>The scales that can be had.</summary>
    public static IReadOnlyList<int> Scales { get; } = [2, 4, 8];

    /// <summary>The formats that can be had: those that people can look at in Telegram.</summary>
    public static IReadOnlyList<PictureFormat> Formats { get; } = [PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP];

    /// <summary>Whether anything is asked for.</summary>
    public bool IsAny => this != new Wishes();

    /// <summary>
    /// Reads a text. A caption is for people: where there are other words, only a scale that can be had is read out of a short one, and
    /// nothing out of a long one. What is said to the bot by its name, or behind its command, is for the bot.
    /// Null where nothing is asked for, or several things that are not one.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="isCall">Whether it is said to the bot.</param>
    public static Wishes? Read(string? text, bool isCall = false)
    {
        if (text is null || text.Length > (isCall ? LongestCall : LongestText)) return null;
        var (scales, formats, isMore) = (new HashSet<int>(), new HashSet<PictureFormat>(), false);
        var words = text.Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('.', '!', '?', ';', ':', '(', ')', '"', '«', '»')).ToList();
        foreach (var word in words)
        {
            if (ReadScale(word) is { } scale) scales.Add(scale);
            else if (PictureFormats.FromName(word) is { } format && Formats.Contains(format)) formats.Add(format);
            else isMore = true;
        }
        if (scales.Count > 1 || formats.Count > 1) return null;
        int? asked = scales.Count == 1 ? scales.Single() : null;
        var isKnown = asked is { } number && Scales.Contains(number);
        var isForBot = isCall || !isMore;
        var wishes = new Wishes(isKnown ? asked : null, isForBot && formats.Count == 1 ? formats.Single() : null, isKnown || !isForBot ? null : asked);
        return wishes.IsAny ? wishes : null;
    }

    // A number before or behind the sign, perhaps as a command.
    private static int? ReadScale(string word)
    {
        var bare = word.TrimStart('/');
        if (bare.Length is < 2 or > LongestNumber + 1) return null;
        var digits = IsTimes(bare[0]) ? bare[1..] : IsTimes(bare[^1]) ? bare[..^1] : "";
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : null;
    }

    // The Latin x, the Russian letter that looks like it, and the sign.
    private static bool IsTimes(char letter) => letter is 'x' or 'X' or 'х' or 'Х' or '×';
}
