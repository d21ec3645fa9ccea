namespace TorchUpscaler.Telegram.Api;

/// <summary>
/// A text with parts that are bold, code or links. The parts go to Telegram by their positions, not as marks in the text, so that
/// whatever a person's name or file is called, it stands there as it is and can break nothing.
/// </summary>
/// <param name="Text">The text.</param>
/// <param name="Entities">Its parts, in UTF-16 units.</param>
public sealed record FormattedText(string Text, IReadOnlyList<TextEntity> Entities)
{
    /// <summary>No text.</summary>
    public static FormattedText Empty { get; } = new("", []);

    /// <summary>A text as it is.</summary>
    public static FormattedText Plain(string text) => new(text, []);

    /// <summary>A bold text.</summary>
    public static FormattedText Bold(string text) => Whole(text, "bold");

    /// <summary>A slanted text.</summary>
    public static FormattedText Italic(string text) => Whole(text, "italic");

    /// <summary>A text in letters of equal width, copied by a touch.</summary>
    public static FormattedText Code(string text) => Whole(text, "code");

    /// <summary>A text that opens an address.</summary>
    public static FormattedText Link(string text, string url) =>
        text.Length == 0 ? Empty : new(text, [new TextEntity { Type = "text_link", Offset = 0, Length = text.Length, Url = url }]);

    /// <summary>A text as it is.</summary>
    public static implicit operator FormattedText(string text) => Plain(text);

    /// <summary>A text as it is.</summary>
    public static FormattedText FromString(string text) => Plain(text);

    /// <summary>One text behind the other.</summary>
    public static FormattedText operator +(FormattedText left, FormattedText right) => Add(left, right);

    /// <summary>One text behind the other.</summary>
    public static FormattedText Add(FormattedText left, FormattedText right)
    {
        var shifted = right.Entities.Select(entity => entity with { Offset = entity.Offset + left.Text.Length });
        return new FormattedText(left.Text + right.Text, [.. left.Entities, .. shifted]);
    }

    /// <summary>Whether text and parts are the same.</summary>
    public bool Equals(FormattedText? other) => other is not null && Text == other.Text && Entities.SequenceEqual(other.Entities);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text without its parts.</summary>
    public override string ToString() => Text;

    private static FormattedText Whole(string text, string type) =>
        text.Length == 0 ? Empty : new(text, [new TextEntity { Type = type, Offset = 0, Length = text.Length }]);
}
