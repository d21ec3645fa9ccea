using System.Collections.Frozen;
using System.Text.Json;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>All that the bot can say in one language. Its texts are <c>en.json</c> and <c>ru.json</c>; a text of several lines is an array there.</summary>
public sealed class Speech
{
    private static readonly Speech s_english = new(Language.English), s_russian = new(Language.Russian);

    private readonly FrozenDictionary<TextKey, TextTemplate> _templates;

    private Speech(Language language)
    {
        Language = language;
        _templates = Read(language);
    }

    /// <summary>The language.</summary>
    public Language Language { get; }

    /// <summary>The texts of a language.</summary>
    public static Speech In(Language language) => language == Language.Russian ? s_russian : s_english;

    /// <summary>A text with its values, all of them and no other.</summary>
    public FormattedText Say(TextKey key, params IReadOnlyList<(string Name, TextValue Value)> values)
    {
        try
        {
            return _templates[key].Fill(Language, values);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{key}: {error.Message}", error);
        }
    }

    /// <summary>The same without bold and code, as buttons, notes and commands' descriptions take it.</summary>
    public string Plain(TextKey key, params IReadOnlyList<(string Name, TextValue Value)> values) => Say(key, values).Text;

    /// <summary>The names of a text's values.</summary>
    internal IReadOnlySet<string> ValuesOf(TextKey key) => _templates[key].Names;

    private static FrozenDictionary<TextKey, TextTemplate> Read(Language language)
    {
        var name = $"{Languages.Code(language)}.json";
        using var stream = typeof(Speech).Assembly.GetManifestResourceStream($"Texts/{name}") ?? throw new InvalidOperationException($"the texts {name} are missing");
        using var json = JsonDocument.Parse(stream);
        var forms = Languages.PluralForms(language);
        return json.RootElement.EnumerateObject().ToFrozenDictionary(text => KeyOf(text.Name, name), text => TextTemplate.Parse(TextOf(text.Value), forms));
    }

    private static TextKey KeyOf(string text, string file) =>
        Enum.TryParse<TextKey>(text, out var key) && !char.IsAsciiDigit(text[0]) ? key : throw new InvalidOperationException($"{file} has a text that nobody uses: {text}");

    private static string TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? string.Join('\n', value.EnumerateArray().Select(line => line.GetString())) : value.GetString()!;
}
