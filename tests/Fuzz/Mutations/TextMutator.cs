using System.Text.RegularExpressions;

namespace TorchUpscaler.Fuzz.Mutations;

/// <summary>Damages a text that consists of names and numbers in lines or lists: words and lines change, go, come twice or swap.</summary>
/// <param name="random">Decides everything.</param>
internal sealed partial class TextMutator(Random random)
{
    private static readonly string[] s_odd =
        ["0", "1", "-1", "3", "4", "64", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "99999999999999999999", "1e9", "1.5", "NaN", "null", "\"a\"", "[]", "{}", "[0]", "F16", "I8", "\\ud800", ""];

    internal string Mutate(string text)
    {
        for (var changes = random.Next(3) > 0 ? 1 : random.Next(2, 4); changes > 0; changes--)
            text = random.Next(2) == 0 ? MutateWord(text) : MutatePart(text);
        return text;
    }

    /// <summary>A number or a name becomes another one of the text, or an odd one.</summary>
    private string MutateWord(string text)
    {
        var words = Word().Matches(text);
        if (words.Count == 0) return text + Odd();
        var word = words[random.Next(words.Count)];
        var replacement = random.Next(3) == 0 ? words[random.Next(words.Count)].Value : Odd();
        return text[..word.Index] + replacement + text[(word.Index + word.Length)..];
    }

    /// <summary>A part between two separators goes, comes twice or many times, or changes places with another.</summary>
    private string MutatePart(string text)
    {
        var separator = text.Contains('\n', StringComparison.Ordinal) ? "\n" : random.Next(3) == 0 ? "}," : ",";
        var parts = text.Split(separator).ToList();
        int at = random.Next(parts.Count), other = random.Next(parts.Count);
        switch (random.Next(4))
        {
            case 0: parts.RemoveAt(at); break;
            case 1: parts.Insert(other, parts[at]); break;
            case 2: parts.InsertRange(other, Enumerable.Repeat(parts[at], random.Next(20) == 0 ? random.Next(2, 30_000) : random.Next(2, 200))); break;
            default: (parts[at], parts[other]) = (parts[other], parts[at]); break;
        }
        return string.Join(separator, parts);
    }

    private string Odd() => s_odd[random.Next(s_odd.Length)];

    [GeneratedRegex(@"[A-Za-z0-9_.+-]+")]
    private static partial Regex Word();
}
