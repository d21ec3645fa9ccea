using System.Text;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>
/// A text with places for values. <c>{name}</c> is a value; <c>{count|picture|pictures}</c> the form of a word that the number
/// called count takes; <c>*bold*</c> and <c>`code`</c> are what they look like. Values are put in after that has been read: whatever stands
/// in them is shown as it is.
/// </summary>
internal sealed class TextTemplate
{
    private readonly IReadOnlyList<Part> _parts;

    private TextTemplate(IReadOnlyList<Part> parts) => _parts = parts;

    /// <summary>The names of its values.</summary>
    internal IReadOnlySet<string> Names => _parts.Where(part => part.Kind != PartKind.Text).Select(part => part.Text).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="forms">How many forms a counted word has in its language.</param>
    /// <exception cref="FormatException">A mark does not end, or a word has another number of forms.</exception>
    internal static TextTemplate Parse(string text, int forms)
    {
        var parts = new List<Part>();
        var plain = new StringBuilder();
        string? style = null;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '{':
                    var end = text.IndexOf('}', at);
                    if (end < 0) throw new FormatException($"a value does not end in: {text}");
                    Flush();
                    parts.Add(Value(text[(at + 1)..end], style, forms));
                    at = end;
                    break;
                case '*' or '`':
                    var mark = text[at] == '*' ? "bold" : "code";
                    if (style is not null && style != mark) throw new FormatException($"one mark within another in: {text}");
                    Flush();
                    style = style is null ? mark : null;
                    break;
                default:
                    plain.Append(text[at]);
                    break;
            }
        }
        if (style is not null) throw new FormatException($"a mark does not end in: {text}");
        Flush();
        return new TextTemplate(parts);

        void Flush()
        {
            if (plain.Length > 0) parts.Add(new Part(PartKind.Text, plain.ToString(), style, []));
            plain.Clear();
        }
    }

    /// <summary>The text with its values.</summary>
    /// <param name="language">The language of the template.</param>
    /// <param name="values">All its values, and no other.</param>
    internal FormattedText Fill(Language language, IReadOnlyList<(string Name, TextValue Value)> values)
    {
        if (!Names.SetEquals(values.Select(value => value.Name)))
            throw new ArgumentException($"the text takes {string.Join(", ", Names)} and was given {string.Join(", ", values.Select(value => value.Name))}", nameof(values));
        var text = new StringBuilder();
        var entities = new List<TextEntity>();
        string? style = null;
        var since = 0;
        foreach (var part in _parts)
        {
            if (part.Style != style) Close(part.Style);
            var value = part.Kind == PartKind.Text ? part.Text : ValueOf(part);
            entities.AddRange(value.Entities.Select(entity => entity with { Offset = entity.Offset + text.Length }));
            text.Append(value.Text);
        }
        Close(null);
        return new FormattedText(text.ToString(), [.. entities.OrderBy(entity => entity.Offset)]);

        FormattedText ValueOf(Part part)
        {
            var value = values.First(value => value.Name == part.Text).Value;
            if (part.Kind == PartKind.Value) return value.Text;
            return part.Forms[Languages.PluralForm(language, value.Number ?? throw new ArgumentException($"{part.Text} is not a number", nameof(values)))];
        }

        void Close(string? next)
        {
            if (style is not null && text.Length > since) entities.Add(new TextEntity { Type = style, Offset = since, Length = text.Length - since });
            (style, since) = (next, text.Length);
        }
    }

    private static Part Value(string inner, string? style, int forms)
    {
        var pieces = inner.Split('|');
        if (pieces[0].Length == 0 || !pieces[0].All(char.IsAsciiLetter)) throw new FormatException($"a value has no name: {{{inner}}}");
        if (pieces.Length == 1) return new Part(PartKind.Value, inner, style, []);
        if (pieces.Length - 1 != forms) throw new FormatException($"a counted word takes {forms} forms: {{{inner}}}");
        return new Part(PartKind.Word, pieces[0], style, pieces[1..]);
    }

    private enum PartKind
    {
        Text,
        Value,
        Word,
    }

    /// <summary>A piece: its text, or the name of its value.</summary>
    private sealed record Part(PartKind Kind, string Text, string? Style, IReadOnlyList<string> Forms);
}
