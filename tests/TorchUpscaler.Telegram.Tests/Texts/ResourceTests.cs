using System.Text.RegularExpressions;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Texts;

/// <summary>The resource files as a whole: both languages have all texts, and Telegram takes them.</summary>
public sealed partial class ResourceTests
{
    private const int LongestText = 4096, LongestCaption = 1024, LongestNote = 200, LongestDescription = 256, LongestButton = 64;

    // The longest that each value can become: a file's name is shortened, a model's is a file name, numbers have their range.
    private static readonly Dictionary<string, TextValue> s_longest = new()
    {
        ["bar"] = Measures.Bar(1),
        ["bot"] = new string('b', 32),
        ["choice"] = new string('м', 60),
        ["command"] = "broadcast",
        ["format"] = "JPEG",
        ["formats"] = "JPEG, PNG, WebP, HEIF, AVIF, TIFF, GIF",
        ["id"] = long.MaxValue,
        ["language"] = "английский",
        ["limit"] = "2000 MB",
        ["model"] = new string('м', 60),
        ["name"] = new string('ю', 40),
        ["oldest"] = "11 часов 50 минут",
        ["replyAs"] = "a photo and a file",
        ["size"] = "1023 KB",
        ["steps"] = new string('м', 600),
        ["rows"] = "36500 дней",
        ["sent"] = "36500 дней",
        ["updates"] = "36500 дней",
        ["time"] = "11 часов 50 минут",
        ["window"] = "36500 дней",
    };

    public static TheoryData<Language> Languages => [.. Enum.GetValues<Language>()];

    [Theory]
    [MemberData(nameof(Languages))]
    public void No_text_is_missing_and_none_is_empty(Language language) => Assert.All(Enum.GetValues<TextKey>(), key => Assert.NotEmpty(Longest(language, key)));

    [Fact]
    public void Both_languages_take_the_same_values() =>
        Assert.All(Enum.GetValues<TextKey>(), key => Assert.Equal(Values(Language.English, key), Values(Language.Russian, key)));

    [Theory]
    [MemberData(nameof(Languages))]
    public void No_text_is_too_long_for_where_it_is_shown(Language language) => Assert.All(Enum.GetValues<TextKey>(), key =>
    {
        var length = Longest(language, key).Length;
        Assert.True(length <= LimitOf(key), $"{key} can have {length} characters, and {LimitOf(key)} are taken");
    });

    [Theory]
    [MemberData(nameof(Languages))]
    public void The_greeting_fits_below_its_picture(Language language) =>
        Assert.InRange(Longest(language, TextKey.Start).Length + 2 + Longest(language, TextKey.StartExample).Length, 100, LongestCaption);

    [Theory]
    [MemberData(nameof(Languages))]
    public void Help_fits_with_what_administrators_see_of_it(Language language) =>
        Assert.InRange(Longest(language, TextKey.Help).Length + 2 + Longest(language, TextKey.HelpAdmin).Length, 100, LongestText);

    [Fact]
    public void Each_text_is_used()
    {
        var sources = string.Concat(Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(file) != "TextKey.cs").Select(File.ReadAllText));
        var used = Uses().Matches(sources).Select(use => use.Groups[1].Value).ToHashSet();
        Assert.Empty(Enum.GetNames<TextKey>().Except(used));
    }

    [Fact]
    public void The_files_have_the_texts_in_the_order_of_their_names() => Assert.All(["en.json", "ru.json"], file =>
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Sources, "Texts", file)));
        Assert.Equal(Enum.GetNames<TextKey>(), json.RootElement.EnumerateObject().Select(text => text.Name));
    });

    [Fact]
    public void English_texts_have_no_Russian_letters_and_Russian_texts_have_some() => Assert.All(Enum.GetValues<TextKey>(), key =>
    {
        Assert.DoesNotMatch("[А-Яа-яЁё]", Template(Language.English, key));
        if (LatinLetters().IsMatch(Template(Language.English, key))) Assert.Matches("[А-Яа-яЁё]", Template(Language.Russian, key));
    });

    [Theory]
    [InlineData("{count|one}")]
    [InlineData("{count|one|two|three}")]
    [InlineData("{count")]
    [InlineData("{}")]
    [InlineData("{a b}")]
    [InlineData("*bold")]
    [InlineData("`code")]
    [InlineData("*bold `code` bold*")]
    public void A_template_with_a_fault_is_refused(string text) => Assert.Throws<FormatException>(() => TextTemplate.Parse(text, forms: 2));

    private static string Sources => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../src/TorchUpscaler.Telegram"));

    private static string ThisFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private static IEnumerable<string> Values(Language language, TextKey key) => Speech.In(language).ValuesOf(key).Order(StringComparer.Ordinal);

    private static string Longest(Language language, TextKey key) => Said(language, key, 999_999);

    // With numbers that take each form of a word, put one behind the other.
    private static string Template(Language language, TextKey key) => Said(language, key, 1) + Said(language, key, 2) + Said(language, key, 5);

    private static string Said(Language language, TextKey key, long number)
    {
        var values = Values(language, key).Select(name => (name, s_longest.TryGetValue(name, out var value) && number > 5 ? value : (TextValue)number));
        return Speech.In(language).Plain(key, [.. values]);
    }

    private static int LimitOf(TextKey key) => key.ToString() switch
    {
        ['C', 'o', 'm', 'm', 'a', 'n', 'd', ..] => LongestDescription,
        ['B', 'u', 't', 't', 'o', 'n', ..] => LongestButton + 16, // Telegram takes more, and a phone shows less
        "NoteFastLarge" or "NoteFastOnly" or "NoteSteps" or "NoteStepsLanczos" => LongestCaption,
        ['N', 'o', 't', 'e', ..] or "Banned" or "NotAllowed" or "QuotaReached" => LongestNote, // in answer to a button
        ['S', 't', 'a', 't', 'u', 's', ..] or ['R', 'e', 's', 'u', 'l', 't', ..] => LongestCaption,
        _ => LongestText,
    };

    [GeneratedRegex(@"TextKey\.([A-Za-z]+)")]
    private static partial Regex Uses();

    [GeneratedRegex("[A-Za-z]{2}")]
    private static partial Regex LatinLetters();
}
