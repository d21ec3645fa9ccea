using System.Runtime.InteropServices;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>
/// Runs RRDBNet and SRVGGNetCompact through TorchSharp, on a CUDA card or on the processor. The result is the network's on the whole picture
/// at once; in half precision within 3 grey levels of it. Where a card's memory does not do, it works in smaller bands, and at last has
/// another engine make the picture. The thread that opens an engine is the only one that may use it.
/// </summary>
public sealed class TorchEngine : IUpscaleEngine
{
    // cuDNN and cuBLAS load their kernels when they are first used, after the card's free memory has been asked.
    private const long LibraryBytes = 256L << 20;

    private readonly TorchOptions _options;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly CardBudget? _card;
    private readonly HashSet<TorchRun> _runs = [];
    private readonly HashSet<LoadedTorchModel> _models = [];
    private IUpscaleEngine? _fallback;
    private int _threads;
    private bool _isDisposed;

    /// <summary>Opens a device.</summary>
    /// <exception cref="InputException">It cannot be used: no libtorch in this build, no card, too old a driver, too small or too full a card.</exception>
    /// <exception cref="DeviceLostException">CUDA has failed; another process may help.</exception>
    public TorchEngine(TorchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        LibTorch.Require(options.Device);
        Device = options.Device;
        if (!Device.IsCuda)
        {
            Torch = CPU;
            return;
        }

        var before = ProcessMemory.ResidentBytes();
        try
        {
            Torch = device(Device.ToString());
            // TF32 has ten bits of mantissa.
            backends.cuda.matmul.allow_tf32 = false;
            backends.cudnn.allow_tf32 = false;
            using (zeros(1, device: Torch)) Settle(); // opens the card, which takes some of its memory and of the machine's
        }
        catch (ExternalException error)
        {
            throw OutOfMemory.Is(error)
                ? new InputException($"{Device} has no memory left for this process; end what else uses the card, or use --engine cpu", error)
                : DeviceFault.Of(error, Device);
        }
        HostBytes = Math.Max(0, ProcessMemory.ResidentBytes() - before);
        _card = options.CardBytes is { } bytes ? new CardBudget(bytes) : CardBudget.Of(Device.Index, () => NvidiaDriver.FreeBytes(Device.Index));
        Preferred = NvidiaDriver.Look().Cards.FirstOrDefault(card => card.Index == Device.Index) is { } known ? CardRules.PrecisionFor(known) : Precision.Float16;
    }

    /// <summary>Where it computes.</summary>
    public TorchDevice Device { get; }

    /// <summary>The library and the device, for people.</summary>
    public string Description => $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version?.ToString(3)}, libtorch {__version__}, {Device}";

    /// <summary>Whether this build has what computes on CUDA cards. Says nothing of the machine's cards, and opens none.</summary>
    public static bool HasCuda => LibTorch.IsThere(new TorchDevice(IsCuda: true));

    /// <summary>The device as TorchSharp knows it.</summary>
    internal Device Torch { get; }

    /// <summary>What it computes in where nobody says otherwise.</summary>
    internal Precision Preferred { get; } = Precision.Float32;

    /// <summary>Bytes of the machine's memory that opening a card has taken: libraries, and what CUDA keeps.</summary>
    internal long HostBytes { get; }

    /// <summary>Whether <see cref="Dispose"/> has been called.</summary>
    internal bool IsDisposed => _isDisposed;

    /// <summary>Whether there is an engine for what the card's memory does not do.</summary>
    internal bool HasFallback => _options.Fallback is not null;

    /// <inheritdoc cref="TorchOptions.Notice"/>
    internal Action<string> Notice => _options.Notice;

    /// <summary>The engine for pictures that a card does not do, opened when it is first needed; null where there is none.</summary>
    internal IUpscaleEngine? Fallback => _fallback ??= _options.Fallback?.Invoke();

    /// <summary>Bytes that the runs which live have planned, and may still take.</summary>
    internal long PromisedBytes => _runs.Sum(run => run.PromisedBytes);

    /// <inheritdoc/>
    public ILoadedModel Load(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Enter(null);
        try
        {
            var loaded = new LoadedTorchModel(this, model);
            _models.Add(loaded);
            return loaded;
        }
        catch (ExternalException error)
        {
            throw DeviceFault.Of(error, Device);
        }
    }

    /// <summary>Runs that still live cannot go on; models and runs are to be disposed all the same.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _fallback?.Dispose();
        _fallback = null;
    }

    /// <summary>Makes sure of the thread, and sets how many threads compute on the processor.</summary>
    internal void Enter(int? threads)
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("an engine is used from the thread that has opened it");
        if (threads is not { } count || count == _threads) return;
        set_num_threads(_threads = count);
    }

    /// <summary>Waits until the card has done what it was asked for.</summary>
    internal void Settle()
    {
        cuda.synchronize(Torch);
        CheckForErrors(); // which synchronize itself does not
    }

    /// <summary>Bytes that a new run may take of the device's memory, other runs' counted at what they have planned.</summary>
    /// <param name="options">The budget of the process.</param>
    internal long AvailableBytes(RunOptions options) => _card is null
        ? options.MemoryBytes - ProcessMemory.ResidentBytes() - PromisedBytes - options.ReservedBytes - LoadedTorchModel.RuntimeBytes
        : _card.Bytes - LibraryBytes - _models.Sum(model => model.WeightBytes) - PromisedBytes;

    /// <summary>A run lives.</summary>
    internal void Add(TorchRun run) => _runs.Add(run);

    /// <summary>A run has ended.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isWhole">Whether it has made its picture on the card.</param>
    internal void Remove(TorchRun run, bool isWhole)
    {
        _runs.Remove(run);
        if (isWhole) _card?.Succeed();
    }

    /// <summary>A model has been given back.</summary>
    internal void Remove(LoadedTorchModel model) => _models.Remove(model);

    /// <summary>A run has not had the memory that it has planned with; the next ones plan with less.</summary>
    internal void LearnFrom(TorchRun run) => _card?.Fail(Math.Max(PromisedBytes, run.PromisedBytes) + LibraryBytes + _models.Sum(model => model.WeightBytes));
}
