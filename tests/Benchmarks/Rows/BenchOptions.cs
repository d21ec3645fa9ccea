using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>What is to be measured.</summary>
/// <param name="Rows">The rows, in the order of the report.</param>
/// <param name="Quick">Few repetitions.</param>
/// <param name="Rounds">Repetitions everywhere, where they have been given.</param>
/// <param name="Threads">Threads that everyone computes with.</param>
/// <param name="JsonFile">Where every single run is written to, or null.</param>
/// <param name="PlanOnly">Only the rows are to be told.</param>
internal sealed record BenchOptions(IReadOnlyList<BenchRow> Rows, bool Quick, int? Rounds, int Threads, string? JsonFile, bool PlanOnly)
{
    private const int Most = 1000;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="InputException">It makes no sense; says why.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var (quick, planOnly) = (false, false);
        int? rounds = null, threads = null;
        string? json = null;
        List<BenchRow> only = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--quick": quick = true; break;
                case "--plan": planOnly = true; break;
                case "--rounds": rounds = Number(arguments, ++i); break;
                case "--threads": threads = Number(arguments, ++i); break;
                case "--json": json = Word(arguments, ++i); break;
                case "--only":
                    only.Add(RowOf(Word(arguments, ++i)));
                    while (i + 1 < arguments.Count && !arguments[i + 1].StartsWith('-')) only.Add(RowOf(arguments[++i]));
                    break;
                default: throw new InputException($"the bench does not know '{arguments[i]}'; see --help");
            }
        }

        BenchRow[] rows = [.. BenchRow.All.Where(row => (only.Count == 0 || only.Contains(row)) && !(quick && row.IsLarge))];
        if (quick && only.FirstOrDefault(row => row.IsLarge) is { } large)
            throw new InputException($"--quick leaves {large.Name} out, because it takes long; do without --quick");
        return new BenchOptions(rows, quick, rounds, threads ?? Math.Min(2, Environment.ProcessorCount), json, planOnly);
    }

    /// <summary>Whether one of the rows is to be measured.</summary>
    public bool Wants(params BenchRow[] rows) => Rows.Any(rows.Contains);

    /// <summary>How often something is repeated.</summary>
    /// <param name="full">Usually.</param>
    /// <param name="quick">With <c>--quick</c>.</param>
    public int Repeat(int full, int quick) => Rounds ?? (Quick ? quick : full);

    private static BenchRow RowOf(string name) => BenchRow.All.FirstOrDefault(row => row.Name == name)
        ?? throw new InputException($"there is no row '{name}'; the rows are {string.Join(", ", BenchRow.All.Select(row => row.Name))}");

    private static string Word(IReadOnlyList<string> arguments, int at) => at < arguments.Count && !arguments[at].StartsWith("--", StringComparison.Ordinal)
        ? arguments[at]
        : throw new InputException($"{arguments[at - 1]} wants a word behind it; see --help");

    private static int Number(IReadOnlyList<string> arguments, int at)
    {
        var word = Word(arguments, at);
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most
            ? number
            : throw new InputException($"{arguments[at - 1]} wants a number from 1 to {Most}, and '{word}' is none");
    }
}
