using System.Globalization;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>What is put into a text: a number, or a text that is shown as it is.</summary>
public readonly record struct TextValue
{
    private TextValue(FormattedText text, long? number) => (Text, Number) = (text, number);

    /// <summary>As it is shown.</summary>
    public FormattedText Text { get; }

    /// <summary>The number that it is, or null.</summary>
    public long? Number { get; }

    /// <summary>A number.</summary>
    public static implicit operator TextValue(long number) => FromInt64(number);

    /// <summary>A text.</summary>
    public static implicit operator TextValue(string text) => FromString(text);

    /// <summary>A text with its parts.</summary>
    public static implicit operator TextValue(FormattedText text) => FromFormattedText(text);

    /// <summary>A number.</summary>
    public static TextValue FromInt64(long number) => new(number.ToString(CultureInfo.InvariantCulture), number);

    /// <summary>A text.</summary>
    public static TextValue FromString(string text) => new(text, null);

    /// <summary>A text with its parts.</summary>
    public static TextValue FromFormattedText(FormattedText text) => new(text, null);
}
