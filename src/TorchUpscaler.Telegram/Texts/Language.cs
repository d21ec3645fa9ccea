namespace TorchUpscaler.Telegram.Texts;

/// <summary>A language that the bot speaks.</summary>
public enum Language
{
    /// <summary>English.</summary>
    English,

    /// <summary>Russian.</summary>
    Russian,
}

/// <summary>Languages by their codes, and how they count.</summary>
public static class Languages
{
    /// <summary>The language for somebody whose Telegram speaks the one of this code: Russian where it is widely understood, else English.</summary>
    /// <param name="code">Such as <c>ru</c>, <c>en-GB</c>, or null.</param>
    public static Language Of(string? code) =>
        RussianCodes.Contains(code?.Split('-', '_')[0], StringComparer.OrdinalIgnoreCase) ? Language.Russian : Language.English;

    /// <summary>The codes of the languages whose people are spoken to in Russian.</summary>
    internal static IReadOnlyList<string> RussianCodes { get; } = ["ru", "be", "kk", "ky"];

    /// <summary>The code of a language, in two letters.</summary>
    public static string Code(Language language) => language == Language.Russian ? "ru" : "en";

    /// <summary>How many forms a counted word has: one and other; one, few and many.</summary>
    internal static int PluralForms(Language language) => language == Language.Russian ? 3 : 2;

    /// <summary>Which form a word takes behind a number, by the rules of Unicode's CLDR for whole numbers.</summary>
    internal static int PluralForm(Language language, long number)
    {
        var count = Math.Abs((decimal)number);
        if (language != Language.Russian) return count == 1 ? 0 : 1;
        var (ones, tens) = (count % 10, count % 100);
        if (ones == 1 && tens != 11) return 0;
        return ones is >= 2 and <= 4 && tens is not (>= 12 and <= 14) ? 1 : 2;
    }
}
