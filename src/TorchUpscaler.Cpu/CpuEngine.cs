using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Compact;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Rrdb;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>
/// Runs RRDBNet and SRVGGNetCompact on the processor's vector units. The result is the network's on the whole picture at once. It does not
/// depend on the number of threads, and on the memory budget and the vector width only in the last bits.
/// </summary>
public sealed class CpuEngine : IUpscaleEngine
{
    private readonly Dictionary<int, ThreadTeam> _teams = []; // by their number of threads
    private Arena? _spare; // of the last run that ended, for the next one: fresh pages are dear
    private readonly HashSet<Arena> _promised = []; // of the runs and the models that live
    private bool _isDisposed;

    /// <summary>The vector width in use, for people.</summary>
    public static string VectorWidth => ConvolutionKernels.ForThisMachine.Name;

    /// <inheritdoc/>
    public ILoadedModel Load(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return model.Network switch
        {
            RrdbNetShape rrdb => new LoadedRrdbNet(this, model, rrdb),
            CompactNetShape compact => new LoadedCompactNet(this, model, compact),
            var other => throw new WeightsException($"'{model.Name}' is of the network {other.Kind}, which the CPU engine does not run; choose another model"),
        };
    }

    /// <summary>Ends the threads. Runs that still live cannot go on; models and runs are to be disposed all the same.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var team in _teams.Values) team.Dispose();
        _teams.Clear();
        _spare?.Dispose();
        _spare = null;
    }

    /// <summary>Bytes that are kept for a next run.</summary>
    internal long SpareBytes => _spare?.Capacity ?? 0;

    /// <summary>
    /// What the process's resident memory does not tell a new run: other runs' buffers and the weights that have been promised and not
    /// been touched yet count, kept memory that the new run can have does not.
    /// </summary>
    internal long PromisedBytes() => _promised.Sum(arena => arena.Capacity - arena.ResidentBytes()) - (_spare?.ResidentBytes() ?? 0);

    /// <summary>Whether <see cref="Dispose"/> has been called.</summary>
    internal bool IsDisposed => _isDisposed;

    /// <summary>The team of so many threads; it is kept from run to run, asleep when it is not used.</summary>
    internal ThreadTeam TeamOf(int threads)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_teams.TryGetValue(threads, out var team)) _teams.Add(threads, team = new ThreadTeam(threads));
        return team;
    }

    /// <summary>Memory that will be touched, if it has not been yet.</summary>
    internal void Promise(Arena arena) => _promised.Add(arena);

    /// <summary>Memory that will not be touched any more.</summary>
    internal void Forget(Arena arena) => _promised.Remove(arena);

    /// <summary>Memory for a run.</summary>
    /// <param name="bytes">What the run needs.</param>
    /// <param name="most">What it may hold: kept memory is used again only where it is no larger.</param>
    internal Arena Rent(long bytes, long most)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var spare = _spare;
        _spare = null;
        if (spare is null || spare.Capacity < bytes || spare.Capacity > most)
        {
            spare?.Dispose();
            spare = new Arena(bytes);
        }
        Promise(spare);
        return spare;
    }

    /// <summary>Takes a run's memory back.</summary>
    internal void Return(Arena arena)
    {
        Forget(arena);
        if (_isDisposed)
        {
            arena.Dispose();
            return;
        }

        _spare?.Dispose();
        _spare = arena;
        arena.Rewind();
    }
}
