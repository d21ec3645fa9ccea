using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Tests.Containers;

/// <summary>
/// The part of YAML that the compose files are written in: mappings, lists and texts by indentation, lists in brackets, anchors on mappings
/// and their merging by <c>&lt;&lt;</c>. Anything else is an error, so that no line is passed over.
/// </summary>
internal sealed partial class ComposeFile
{
    private readonly List<(int Indent, string Text)> _lines;
    private readonly Dictionary<string, Dictionary<string, object>> _anchors = new(StringComparer.Ordinal);
    private int _at;

    private ComposeFile(IEnumerable<string> lines) =>
        _lines = [.. lines.Where(line => line.Trim() is { Length: > 0 } text && text[0] != '#').Select(line => (line.Length - line.TrimStart().Length, line.Trim()))];

    /// <summary>Some of the repository's compose files, each merged over those before: a mapping's members one by one, everything else as a whole.</summary>
    internal static Dictionary<string, object> Read(params string[] names)
    {
        Dictionary<string, object> all = new(StringComparer.Ordinal);
        foreach (var name in names) all = Merged(all, new ComposeFile(File.ReadLines(Path.Combine(Repository.Root, name))).Mapping(0));
        return all;
    }

    /// <summary>The services of a file, without those that start only when they are asked for.</summary>
    internal static Dictionary<string, Dictionary<string, object>> Services(Dictionary<string, object> file) =>
        ((Dictionary<string, object>)file["services"]).Where(service => !((Dictionary<string, object>)service.Value).ContainsKey("profiles"))
            .ToDictionary(service => service.Key, service => (Dictionary<string, object>)service.Value, StringComparer.Ordinal);

    private static Dictionary<string, object> Merged(Dictionary<string, object> under, Dictionary<string, object> over)
    {
        Dictionary<string, object> merged = new(under, StringComparer.Ordinal);
        foreach (var (key, value) in over)
            merged[key] = value is Dictionary<string, object> mapping && under.GetValueOrDefault(key) is Dictionary<string, object> before ? Merged(before, mapping) : value;
        return merged;
    }

    private Dictionary<string, object> Mapping(int indent)
    {
        Dictionary<string, object> members = new(StringComparer.Ordinal);
        while (_at < _lines.Count && _lines[_at].Indent == indent && Member().Match(_lines[_at].Text) is { Success: true } member)
        {
            _at++;
            var (key, text) = (member.Groups["key"].Value, member.Groups["value"].Value);
            if (key == "<<")
                foreach (var (name, value) in _anchors[text[1..]]) members.TryAdd(name, value);
            else
                members[key] = Value(indent, text);
        }
        return _at == _lines.Count || _lines[_at].Indent < indent ? members : throw new InvalidDataException($"what is '{_lines[_at].Text}'?");
    }

    private object Value(int indent, string text)
    {
        if (text.StartsWith('[')) return text[1..^1].Split(',').Select(item => item.Trim().Trim('"')).ToList();
        if (text.Length > 0 && text[0] != '&') return text.Trim('"');
        if (_at == _lines.Count || _lines[_at].Indent <= indent) return "";
        object value = _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal) ? Items(_lines[_at].Indent) : Mapping(_lines[_at].Indent);
        if (text.Length > 0) _anchors[text[1..]] = (Dictionary<string, object>)value;
        return value;
    }

    // An item may be a mapping; nobody asks what is in it.
    private List<string> Items(int indent)
    {
        List<string> items = [];
        for (; _at < _lines.Count && _lines[_at].Indent >= indent; _at++)
            if (_lines[_at].Indent == indent) items.Add(_lines[_at].Text[2..]);
        return items;
    }

    [GeneratedRegex("^(?<key>[A-Za-z0-9_<-]+):( (?<value>.+))?$")]
    private static partial Regex Member();
}
