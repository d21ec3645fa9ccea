using TorchUpscaler.Core;

namespace TorchUpscaler.Queue;

/// <summary>What a worker may use.</summary>
public sealed record WorkerOptions
{
    /// <summary>Bound of the process's peak resident memory in bytes, for all runs that it holds together.</summary>
    public long MemoryBytes { get; init; } = MemorySize.DefaultBudget();

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>What the networks compute in.</summary>
    public Precision Precision { get; init; }

    /// <summary>The model of jobs that ask for none and for no scale, a catalogue name or a path; null: the best that is installed.</summary>
    public string? Model { get; init; }

    /// <summary>Largest picture, in pixels.</summary>
    public long MaxInputPixels { get; init; } = 64_000_000;

    /// <summary>Largest result, in pixels.</summary>
    public long MaxOutputPixels { get; init; } = 400_000_000;

    /// <summary>Models are given out of memory after so long without work.</summary>
    public TimeSpan UnloadAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>An engine that does not start is tried again after this time.</summary>
    public TimeSpan RetryEngineAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A job whose result this machine's disk does not take rests so long before anybody tries it again.</summary>
    public TimeSpan FullDiskRest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A single call of the engine, codec or disk that takes longer is taken for hung: leases are renewed no more.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When it is stopped, a run that is estimated to end within this time is still finished; all others are handed back.</summary>
    public TimeSpan FinishWithin { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The engines of a worker.</summary>
/// <param name="Name">The first one's name, for people.</param>
/// <param name="Open">Opens it, on the worker's thread.</param>
/// <param name="OpenFallback">Opens the one that takes what the first one failed at twice; null: it is the same.</param>
public sealed record EngineSupply(string Name, Func<IUpscaleEngine> Open, Func<IUpscaleEngine>? OpenFallback = null);
