using System.Globalization;
using System.Text.RegularExpressions;

namespace TorchUpscaler.Telegram.Life;

/// <summary>The size of a result that was refused, as the refusal tells it.</summary>
internal static partial class ResultSize
{
    /// <summary>Columns and rows; zeros where it tells of none.</summary>
    internal static (long Width, long Height) In(string sentence) =>
        Pattern().Match(sentence) is { Success: true } match
        && long.TryParse(match.Groups["width"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
        && long.TryParse(match.Groups["height"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? (width, height) : (0, 0);

    [GeneratedRegex(@"\bresult (of|has) (?<width>\d{1,9})×(?<height>\d{1,9})\b")]
    private static partial Regex Pattern();
}
