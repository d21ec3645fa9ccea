using System.Text.Json;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>
/// Cuts JSON into the parts of its outermost array or object by strings and brackets alone, however deep or broken the parts are,
/// so that one that cannot be read does not take the others with it.
/// </summary>
internal static class JsonSlices
{
    /// <summary>The elements of an array.</summary>
    /// <exception cref="JsonException">It is no array, or does not end.</exception>
    internal static List<ReadOnlyMemory<byte>> Elements(ReadOnlyMemory<byte> json) => Cut(json, (byte)'[', (byte)']');

    /// <summary>The members of an object. A name that comes twice has its last value; a member without a name or a value is none.</summary>
    /// <exception cref="JsonException">It is no object, or does not end.</exception>
    internal static Dictionary<string, ReadOnlyMemory<byte>> Members(ReadOnlyMemory<byte> json)
    {
        var members = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var member in Cut(json, (byte)'{', (byte)'}'))
        {
            if (member.Span[0] != '"') continue;
            var quote = EndOfString(member.Span, 0);
            var value = Trim(member[quote..]);
            if (value.Length < 2 || value.Span[0] != ':') continue;
            members[System.Text.Encoding.UTF8.GetString(member.Span[1..(quote - 1)])] = Trim(value[1..]);
        }
        return members;
    }

    private static List<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> json, byte open, byte close)
    {
        json = Trim(json);
        var span = json.Span;
        if (span.Length < 2 || span[0] != open) throw new JsonException("something else stands where an array or an object was expected");
        var parts = new List<ReadOnlyMemory<byte>>();
        var (depth, begin) = (0, 1);
        for (var i = 0; i < span.Length; i++)
        {
            switch (span[i])
            {
                case (byte)'"':
                    i = EndOfString(span, i) - 1;
                    break;
                case (byte)'[' or (byte)'{':
                    depth++;
                    break;
                case (byte)']' or (byte)'}':
                    if (--depth > 0) break;
                    if (span[i] != close || i != span.Length - 1) throw new JsonException("the brackets do not match");
                    Add(parts, json[begin..i]);
                    return parts;
                case (byte)',' when depth == 1:
                    Add(parts, json[begin..i]);
                    begin = i + 1;
                    break;
            }
        }
        throw new JsonException("it does not end");
    }

    private static void Add(List<ReadOnlyMemory<byte>> parts, ReadOnlyMemory<byte> part)
    {
        part = Trim(part);
        if (!part.IsEmpty) parts.Add(part);
    }

    /// <summary>The position behind a string's closing quote.</summary>
    private static int EndOfString(ReadOnlySpan<byte> json, int begin)
    {
        for (var i = begin + 1; i < json.Length; i++)
        {
            if (json[i] == '\\') i++;
            else if (json[i] == '"') return i + 1;
        }
        throw new JsonException("a text does not end");
    }

    private static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> json) => json.Trim(" \t\r\n"u8);
}
