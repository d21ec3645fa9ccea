using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Tests.Containers;

/// <summary>A Dockerfile, instruction by instruction.</summary>
internal sealed partial class ImageFile
{
    internal ImageFile(string name)
    {
        Name = name;
        var text = string.Join('\n', File.ReadLines(Path.Combine(Repository.Root, name)).Where(line => !line.TrimStart().StartsWith('#')));
        Instructions = [.. Continuation().Replace(text, " ").Split('\n').Select(line => line.Trim().Split(' ', 2)).Where(words => words[0].Length > 0)
            .Select(words => (words[0], words.ElementAtOrDefault(1) ?? ""))];
    }

    /// <summary>Its file's name.</summary>
    internal string Name { get; }

    /// <summary>What it says, in order.</summary>
    internal IReadOnlyList<(string Word, string Arguments)> Instructions { get; }

    /// <summary>The rest of the instructions of one kind.</summary>
    internal IEnumerable<string> All(string word) => Instructions.Where(instruction => instruction.Word == word).Select(instruction => instruction.Arguments);

    /// <summary>What is copied out of the repository.</summary>
    internal IReadOnlyList<string> Copied => [.. All("COPY").Where(rest => !rest.StartsWith("--from=", StringComparison.Ordinal)).SelectMany(rest => rest.Split(' ')[..^1])];

    public override string ToString() => Name;

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();
}
