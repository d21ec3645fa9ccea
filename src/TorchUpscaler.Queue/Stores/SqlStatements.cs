using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace TorchUpscaler.Queue.Stores;

/// <summary>The statements of one <c>.sql</c> file, each under a line <c>-- name: …</c>.</summary>
internal sealed class SqlStatements
{
    private const string NameLine = "-- name: ";

    private readonly FrozenDictionary<string, string> _byName;

    private SqlStatements(IEnumerable<KeyValuePair<string, string>> statements) => _byName = statements.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The statement of this name.</summary>
    internal string this[string name] => _byName[name];

    /// <summary>Reads the statements that are built into an assembly as this file.</summary>
    internal static SqlStatements Load(Assembly assembly, string file)
    {
        var statements = new Dictionary<string, string>(StringComparer.Ordinal);
        StringBuilder? statement = null;
        var name = "";
        foreach (var line in Script(assembly, file).Split('\n'))
        {
            if (line.StartsWith(NameLine, StringComparison.Ordinal))
            {
                if (statement is not null) statements.Add(name, statement.ToString());
                (name, statement) = (line[NameLine.Length..].Trim(), new StringBuilder());
            }
            else if (!line.StartsWith("--", StringComparison.Ordinal))
            {
                statement?.Append(line).Append('\n');
            }
        }
        if (statement is not null) statements.Add(name, statement.ToString());
        return new SqlStatements(statements);
    }

    /// <summary>The schema's scripts of a database, in the order in which they are applied: <c>FOLDER/001.sql</c> and on.</summary>
    internal static IReadOnlyList<string> Migrations(Assembly assembly, string folder) =>
        [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal) && char.IsAsciiDigit(name[folder.Length + 1]))
            .Order(StringComparer.Ordinal).Select(name => Script(assembly, name))];

    private static string Script(Assembly assembly, string file)
    {
        using var stream = assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"the program was built without {file}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
