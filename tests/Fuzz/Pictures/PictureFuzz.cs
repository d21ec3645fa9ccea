using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.Fuzz.Pictures;

/// <summary>How a file was decoded.</summary>
/// <param name="Outcome"><c>read</c>, <c>refused</c>, or what went wrong.</param>
/// <param name="Time">Processor time.</param>
/// <param name="Memory">Bytes above what the process had before.</param>
internal sealed record Decoded(string Outcome, TimeSpan Time, long Memory);

/// <summary>
/// Gives the picture codec many damaged files, in child processes that a decoder may bring down: each is read or refused in one
/// sentence, in bounded time and memory.
/// </summary>
internal sealed class PictureFuzz(string codec, string seeds, int seed) : IDisposable
{
    /// <summary>For a million pixels of eight bytes three times over, as the program foresees, and what a runtime has beside them.</summary>
    internal const long MostMemory = 80 << 20;

    internal static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_hanging = TimeSpan.FromSeconds(60);

    // In memory where there is such a place: each result is flushed to the disk, and thousands of them are waited for.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"torchupscaler-fuzz-{Guid.NewGuid():N}")).FullName;

    internal int Read { get; private set; }

    internal int Refused { get; private set; }

    /// <summary>What went wrong, each with the file that is kept for it.</summary>
    internal List<string> Finds { get; } = [];

    private TimeSpan WorstTime { get; set; }

    private long WorstMemory { get; set; }

    /// <summary>Runs so many mutations; after a crash the next process goes on behind it.</summary>
    internal void Run(int mutations)
    {
        const int mostFinds = 10;
        for (var next = 0; next < mutations && Finds.Count < mostFinds;)
        {
            var from = next;
            using var child = Start(seeds, $"{seed}", $"{from}", $"{mutations - from}");
            var end = Follow(child, line =>
            {
                if (line.StartsWith(DecoderProcess.Begins, StringComparison.Ordinal)) next = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) + 1;
                else Note(line, next - 1);
            });
            if (end is null) break;
            Keep(next - 1, end);
        }
    }

    /// <summary>Decodes one file; what went wrong may be the process's end.</summary>
    internal Decoded Decode(string path)
    {
        Decoded? decoded = null;
        using var child = Start(path);
        var end = Follow(child, line => decoded = Parse(line));
        return end is null ? decoded! : new Decoded(end, default, 0);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Read + Refused} mutations, {Read} read, {Refused} refused; at most {WorstTime.TotalMilliseconds:0} ms and {WorstMemory / 1e6:0.0} MB; {Finds.Count} finds");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Note(string line, int round)
    {
        var decoded = Parse(line);
        if (decoded.Time > WorstTime) WorstTime = decoded.Time;
        WorstMemory = Math.Max(WorstMemory, decoded.Memory);
        if (decoded.Outcome == "read") Read++;
        else if (decoded.Outcome == "refused") Refused++;
        else Keep(round, decoded.Outcome);
        if (decoded.Time > MostTime) Keep(round, $"it took {decoded.Time.TotalSeconds:0.0} s");
        if (decoded.Memory > MostMemory) Keep(round, $"it took {decoded.Memory >> 20} MB");
    }

    private void Keep(int round, string what)
    {
        var kept = Path.Combine(Path.GetTempPath(), $"torchupscaler-find-picture-{codec}-{seed}-{round}");
        if (round >= 0) Rewrite(round, kept);
        Finds.Add($"round {round}: {what}; the file is {kept}");
    }

    // The child is past it by now, but the same numbers make the same file.
    private void Rewrite(int round, string kept) => File.WriteAllBytes(kept, new PictureMutator(unchecked((seed * 1_000_003) + round))
        .Next([.. Directory.EnumerateFiles(seeds).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]));

    private static Decoded Parse(string line)
    {
        var words = line.Split(' ', 5);
        return new Decoded(words[4], TimeSpan.FromMilliseconds(double.Parse(words[2], CultureInfo.InvariantCulture)), long.Parse(words[3], CultureInfo.InvariantCulture));
    }

    private Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(PictureFuzz).Assembly.Location, codec, .. arguments])
    {
        WorkingDirectory = _folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <returns>How the process ended where that was no good end.</returns>
    private static string? Follow(Process child, Action<string> tell)
    {
        var errors = child.StandardError.ReadToEndAsync();
        while (true)
        {
            var line = child.StandardOutput.ReadLineAsync();
            if (!line.Wait(s_hanging))
            {
                child.Kill();
                child.WaitForExit();
                return "it hangs";
            }
            if (line.Result is null) break;
            tell(line.Result);
        }
        child.WaitForExit();
        return child.ExitCode == 0 ? null : $"the process ended with {child.ExitCode}: {errors.Result.ReplaceLineEndings(" ")}";
    }
}
