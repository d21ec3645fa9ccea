using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>What somebody sees in a chat, step by step: after each one, the messages that are new, have changed or are gone.</summary>
internal sealed partial class ChatTranscript(ServerChat chat)
{
    private readonly Dictionary<int, string> _seen = [];
    private readonly List<int> _shown = [];
    private readonly StringBuilder _text = new();

    /// <summary>Takes down what has changed.</summary>
    /// <param name="remark">What has happened.</param>
    internal void Add(string remark)
    {
        _text.Append("# ").Append(remark).Append('\n');
        foreach (var message in chat.Messages)
        {
            var line = message.IsDeleted ? FormattableString.Invariant($"#{message.Id} is gone\n") : message.ToString();
            if (_seen.TryGetValue(message.Id, out var before) ? before == line : message.IsDeleted) continue;
            if (before is null) _shown.Add(message.Id);
            _text.Append(before is null || message.IsDeleted ? "" : "now ").Append(Same(line));
            _seen[message.Id] = line;
        }
    }

    // What differs from run to run and from machine to machine: how long it took, messages that came and went unseen, what libvips can read.
    private string Same(string line)
    {
        line = Numbers().Replace(line, number => FormattableString.Invariant($"#{_shown.IndexOf(int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture)) + 1}"));
        return Formats().Replace(Times().Replace(line, "$1N s"), "JPEG, PNG, WebP, …");
    }

    public override string ToString() => _text.ToString();

    [GeneratedRegex(@"((?:Done in|Готово за) )[0-9]+ \w+")]
    private static partial Regex Times();

    [GeneratedRegex(@"(?<=^|\(to )#([0-9]+)")]
    private static partial Regex Numbers();

    [GeneratedRegex("JPEG, PNG, WebP[A-Z, ]*")]
    private static partial Regex Formats();
}
