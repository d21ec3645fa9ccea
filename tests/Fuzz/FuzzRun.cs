using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Fuzz.Mutations;

namespace TorchUpscaler.Fuzz;

/// <summary>
/// Gives one target many damaged files and holds it to three things: nothing but <see cref="WeightsException"/> comes out,
/// within a second, and no more memory is taken than 64 MB and the file's length.
/// </summary>
/// <remarks>
/// What is bounded is everything that the reader's thread allocates from the file's opening to its last value, garbage
/// included (<see cref="GC.GetAllocatedBytesForCurrentThread"/>): the memory in use at any moment is less.
/// </remarks>
internal sealed class FuzzRun(string name, IReadOnlyList<(string Name, byte[] Bytes)> seeds, int seed)
{
    internal const long MaximumAllocation = 64 << 20;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hanging = TimeSpan.FromSeconds(60);

    private readonly Target _target = Targets.All[name];
    private readonly Dictionary<string, int> _refusedAfter = [];
    private long _began;
    private int _round;

    internal int Accepted { get; private set; }

    internal int Refused => _refusedAfter.Values.Sum();

    /// <summary>Those that got beyond the reader's first check.</summary>
    internal int Deep => Accepted + _refusedAfter.Where(entry => entry.Key != Probe.Nowhere).Sum(entry => entry.Value);

    internal TimeSpan WorstTime { get; private set; }

    internal long WorstAllocation { get; private set; }

    /// <summary>Runs so many mutations on a thread of their own, so that one that hangs can be told.</summary>
    internal void Run(int mutations)
    {
        Exception? failure = null;
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
        var thread = new Thread(() => failure = Record.Exception(() => Mutate(mutations))) { IsBackground = true };
        thread.Start();
        while (!thread.Join(TimeSpan.FromMilliseconds(200)))
        {
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref _began)) > s_hanging)
                Assert.Fail($"{name}, seed {seed}, round {_round}: the reader hangs");
        }
        Assert.True(failure is null, failure?.ToString());
    }

    /// <summary>Gives the target one file and returns what it was refused for, or null where it was accepted.</summary>
    internal WeightsException? Give(byte[] bytes, string what, Probe probe)
    {
        var (error, time, allocated) = Measure(bytes, probe);
        // A machine that is busy with something else is no fault of the reader.
        for (var again = 0; time > s_second && again < 3; again++) time = Measure(bytes, probe).Time;
        WorstTime = time > WorstTime ? time : WorstTime;
        WorstAllocation = Math.Max(WorstAllocation, allocated);
        if (error is null or WeightsException && time <= s_second && allocated <= MaximumAllocation + bytes.Length) return (WeightsException?)error;

        var kept = Path.Combine(Path.GetTempPath(), $"torchupscaler-find-{name}");
        File.WriteAllBytes(kept, bytes);
        throw new InvalidOperationException(
            $"{name}, {what}: {(error is null or WeightsException ? $"{time.TotalSeconds:0.0} s, {allocated} bytes allocated for {bytes.Length}" : error)}; the file is {kept}");
    }

    public override string ToString()
    {
        var stages = string.Join(", ", _refusedAfter.OrderByDescending(entry => entry.Value).Select(entry => $"{entry.Value} after {entry.Key}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {Accepted + Refused} mutations, {Accepted} accepted, {Refused} refused ({stages}); at most {WorstTime.TotalMilliseconds:0} ms and {WorstAllocation / 1e6:0.0} MB");
    }

    private void Mutate(int mutations)
    {
        using var probe = new Probe();
        var mutators = new Mutators(seed);
        for (_round = 0; _round < mutations; _round++)
        {
            var bytes = mutators.Next(name, seeds);
            Volatile.Write(ref _began, Stopwatch.GetTimestamp());
            if (Give(bytes, $"seed {seed}, round {_round}", probe) is null) Accepted++;
            else _refusedAfter[probe.Stage] = _refusedAfter.GetValueOrDefault(probe.Stage) + 1;
        }
    }

    private (Exception? Error, TimeSpan Time, long Allocated) Measure(byte[] bytes, Probe probe)
    {
        probe.Reset();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        var error = Record.Exception(() => _target(bytes, probe));
        return (error, Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
