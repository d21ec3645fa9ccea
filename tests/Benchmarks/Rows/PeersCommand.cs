using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>The engine beside its peers: measures the rows, prints a table, writes JSON.</summary>
internal static class PeersCommand
{
    private const int Done = 0;
    private const int SomethingMissing = 1;
    private const int Refused = 2;

    /// <summary>Runs it.</summary>
    /// <returns>0: all rows have been measured, whether their bars are met or not; 1: some are missing; 2: the command line makes no sense.</returns>
    public static int Run(string[] arguments)
    {
        try
        {
            var options = BenchOptions.Parse(arguments);
            if (options.PlanOnly)
            {
                Console.WriteLine(string.Join(' ', options.Rows.Select(row => row.Name)));
                return Done;
            }

            return Measure(options);
        }
        catch (InputException refusal)
        {
            Console.Error.WriteLine($"bench: {refusal.Message}");
            return Refused;
        }
        catch (BenchException failure)
        {
            Console.Error.WriteLine($"bench: {failure.Message}");
            return SomethingMissing;
        }
    }

    private static int Measure(BenchOptions options)
    {
        if (options.JsonFile is not null) CheckTarget(options.JsonFile);
        using var children = new Children();
        var (began, root) = (DateTimeOffset.UtcNow, Repository.Root);
        var shop = new Workshop(children, root, options.Threads);
        var report = new Report(options, Console.Error);
        report.Say($"{Machine.Here()}; {options.Threads} threads");

        new SmallPicture(shop, report).Measure();
        new MiddlePicture(shop, report).Measure();
        new FastModel(shop, report).Measure();
        new ReadingRow(shop, report).Measure();
        // From here on the engine alone is measured, and is to have the machine's memory.
        foreach (var peer in shop.All) peer.Stop();
        new LargePicture(shop, report).Measure();
        foreach (var peer in shop.All) peer.Stop();
        new WholeProgram(shop, children, report).Measure();

        var circumstances = new Circumstances(began, Commit(children, root), Machine.Here(), CpuEngine.VectorWidth,
            shop.All.SelectMany(peer => peer.Versions).DistinctBy(version => version.Key).ToDictionary());
        Console.WriteLine();
        Console.WriteLine(ResultTable.Of(report));
        Console.WriteLine($"\n{circumstances.Machine}; {circumstances.Vectors}; {string.Join(", ", circumstances.Versions.Select(v => $"{v.Key} {v.Value}"))}; commit {circumstances.Commit}");
        if (options.JsonFile is not null) Write(options.JsonFile, ResultJson.Of(report, circumstances));
        return report.Rows.All(row => row.Value is not null) ? Done : SomethingMissing;
    }

    /// <summary>What can be known before the work is not told after it.</summary>
    private static void CheckTarget(string file)
    {
        if (Directory.Exists(file)) throw new InputException($"'{file}' is a folder; --json wants the name of a file");
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file)))) throw new InputException($"there is no folder for '{file}'; make it first");
    }

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"'{file}' cannot be written: {error.Message}", error);
        }
    }

    private static string Commit(Children children, string root)
    {
        try
        {
            var changed = children.Finish("git", "-C", root, "status", "--porcelain", "--untracked-files=no").Length > 0;
            return children.Finish("git", "-C", root, "rev-parse", "HEAD").Trim() + (changed ? "+" : "");
        }
        catch (BenchException)
        {
            return "unknown"; // sources without their history
        }
    }
}
