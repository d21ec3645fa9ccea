using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>
/// Runs RRDBNet and SRVGGNetCompact through TorchSharp, on a CUDA card or on the processor. The result is the network's on the whole picture
/// at once; in half precision within 3 grey levels of it. Where a card's memory does not do, it works in smaller bands, and at last has
/// another engine make the picture. The thread that opens an engine is the only one that may use it.
/// </summary>
public sealed class TorchEngine : IUpscaleEngine
{
    private const double ShareOfCard = 0.9;
    private const long CardWithoutWord = 2L << 30; // bytes, where the driver does not say what is free

    private readonly TorchOptions _options;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly long _cardBytes;
    private readonly HashSet<TorchRun> _runs = [];
    private IUpscaleEngine? _fallback;
    private int _threads;
    private bool _isDisposed;

    /// <summary>Opens a device.</summary>
    /// <exception cref="InputException">It cannot be used: no libtorch in this build, no card, too old a driver, too small a card.</exception>
    public TorchEngine(TorchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        LibTorch.Require(options.Device);
        Device = options.Device;
        Torch = device(Device.ToString());
        if (!Device.IsCuda) return;
        // TF32 has ten bits of mantissa.
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        using (zeros(1, device: Torch)) cuda.synchronize(); // opens the card, which takes some of its memory
        _cardBytes = options.CardBytes ?? (long)(ShareOfCard * (NvidiaDriver.FreeBytes(Device.Index) ?? CardWithoutWord));
        Preferred = NvidiaDriver.Look().Cards.FirstOrDefault(card => card.Index == Device.Index) is { } known ? CardRules.PrecisionFor(known) : Precision.Float16;
    }

    /// <summary>Where it computes.</summary>
    public TorchDevice Device { get; }

    /// <summary>The library and the device, for people.</summary>
    public string Description => $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}, libtorch {__version__}, {Device}";

    /// <summary>The device as TorchSharp knows it.</summary>
    internal Device Torch { get; }

    /// <summary>What it computes in where nobody says otherwise.</summary>
    internal Precision Preferred { get; } = Precision.Float32;

    /// <summary>Whether <see cref="Dispose"/> has been called.</summary>
    internal bool IsDisposed => _isDisposed;

    /// <inheritdoc cref="TorchOptions.Notice"/>
    internal Action<string> Notice => _options.Notice;

    /// <summary>The engine for pictures that a card does not do, opened when it is first needed; null where there is none.</summary>
    internal IUpscaleEngine? Fallback => _fallback ??= _options.Fallback?.Invoke();

    /// <inheritdoc/>
    public ILoadedModel Load(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Enter(null);
        return new LoadedTorchModel(this, model);
    }

    /// <summary>Runs that still live cannot go on; models and runs are to be disposed all the same.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _fallback?.Dispose();
        _fallback = null;
    }

    /// <summary>Whether this build has what computes on CUDA cards. Says nothing of the machine's cards, and opens none.</summary>
    public static bool HasCuda => LibTorch.IsThere(new TorchDevice(IsCuda: true));

    /// <summary>Makes sure of the thread, and sets how many threads compute on the processor.</summary>
    internal void Enter(int? threads)
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("an engine is used from the thread that has opened it");
        if (threads is not { } count || count == _threads) return;
        set_num_threads(_threads = count);
    }

    /// <summary>Bytes that a new run may take of the device's memory, other runs' counted at what they have planned.</summary>
    /// <param name="options">The budget of the process.</param>
    internal long AvailableBytes(RunOptions options)
    {
        var promised = _runs.Sum(run => run.PromisedBytes);
        return Device.IsCuda
            ? _cardBytes - promised
            : options.MemoryBytes - ProcessMemory.ResidentBytes() - promised - options.ReservedBytes - LoadedTorchModel.RuntimeBytes;
    }

    /// <summary>A run lives.</summary>
    internal void Add(TorchRun run) => _runs.Add(run);

    /// <summary>A run has ended.</summary>
    internal void Remove(TorchRun run) => _runs.Remove(run);
}
