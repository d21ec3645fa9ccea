using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchUpscaler.Torch.Full;

/// <summary>A model of the Torch engine: its network in each precision that has been asked for. They stay until the model and all of its runs are disposed.</summary>
internal sealed class LoadedTorchModel : ILoadedModel
{
    /// <summary>What libtorch and the runtime may still take on the processor while a run goes on.</summary>
    public const long RuntimeBytes = 160L << 20;

    // Added to the budget that is named when one is refused: the next process will not be to the byte like this one.
    private const long Slack = 16L << 20;

    // Pixels that keep a device busy, and are no longer than a step: a convolution costs 0.1 MFLOP a pixel, one of the tail 1.2.
    private const int CardBand = 1 << 20, CardTail = 1 << 16, CpuBand = 1 << 15, CpuTail = 1 << 12;

    // A run is planned with so much of what a card has, if that will do: a more urgent one then fits beside it.
    private const double UsualShare = 0.75;

    private readonly ModelFile _model; // shared: open until the networks are given back
    private readonly Dictionary<ScalarType, Module<Tensor, Tensor>> _networks = [];
    private ILoadedModel? _fallback;
    private bool _isHalfTrusted = true;
    private readonly bool _isOffTheCard; // whose memory has no room for the weights
    private bool _isDisposed;
    private int _runs;

    /// <exception cref="WeightsException">The network is not known, or a tensor is damaged.</exception>
    /// <exception cref="InputException">The card has no memory for the weights, and there is no other engine.</exception>
    public LoadedTorchModel(TorchEngine engine, ModelFile model)
    {
        Engine = engine;
        _model = model.Share();
        Planner = new SweepPlanner(model.Network, engine.Device.IsCuda ? CardBand : CpuBand, engine.Device.IsCuda ? CardTail : CpuTail);
        try
        {
            NetworkOf(TypeOf(Precision.Auto));
            if (engine.Device.IsCuda) WarmUp();
        }
        catch (Exception error) when (OutOfMemory.Is(error) && engine.HasFallback)
        {
            engine.Notice($"{engine.Device} has no memory left for {model.Name}: the CPU engine makes its pictures");
            _isOffTheCard = true;
            FreeNetworks();
        }
        catch (Exception error)
        {
            Free();
            if (OutOfMemory.Is(error)) throw new InputException($"{engine.Device} has no memory left for {model.Name}; end what else uses the card, or use --engine cpu", error);
            throw;
        }
    }

    public NetworkShape Network => _model.Network;

    public TorchEngine Engine { get; }

    /// <summary>How pictures can stream.</summary>
    public SweepPlanner Planner { get; }

    /// <summary>Bytes of the weights on the device.</summary>
    public long WeightBytes => _networks.Keys.Sum(type => SweepMemory.Parameters(Network) * BytesOf(type));

    public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
    {
        ObjectDisposedException.ThrowIf(_isDisposed || Engine.IsDisposed, this);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        Network.RequireColours(input);

        Engine.Enter(options.Threads);
        if (_isOffTheCard) return StartFallback(input, options, output);
        var type = TypeOf(options.Precision);
        var available = Engine.AvailableBytes(options);
        var missing = 0L;
        var plan = Engine.Device.IsCuda ? Choose(input, type, (long)(UsualShare * available), out _) : null;
        plan ??= Choose(input, type, available, out missing);
        if (plan is not null) return new TorchRun(this, input, plan, type, options, output);

        if (!Engine.Device.IsCuda) throw new DoesNotFitException(options.MemoryBytes + missing + Slack, options.MemoryBytes);
        // Where it is other runs that hold the card, one of them has to make room.
        if (missing <= Engine.PromisedBytes) throw new DoesNotFitException(available + missing, available);
        Engine.Notice($"a picture of {input.Width}×{input.Height} needs {MemorySize.Format(missing)} more than {Engine.Device} has free");
        return StartFallback(input, options, output);
    }

    /// <summary>The fastest plan for a picture within a device's memory, or null with what is missing for the smallest.</summary>
    public SweepPlan? Choose(Picture input, ScalarType type, long availableBytes, out long missingBytes)
    {
        missingBytes = long.MaxValue;
        foreach (var plan in Planner.Plans(input.Width, input.Height))
        {
            var missing = BytesOf(plan, type, input) - availableBytes;
            if (missing <= 0) return plan;
            missingBytes = Math.Min(missing, missingBytes);
        }
        return null;
    }

    /// <summary>Bytes that a plan takes of the device's memory.</summary>
    public long BytesOf(SweepPlan plan, ScalarType type, Picture input)
    {
        var bytes = Planner.Bytes(plan, BytesOf(type));
        if (Engine.Device.IsCuda || !plan.IsSideways) return bytes;
        var scale = Network.Scale;
        return bytes + ColumnSpool.MemoryBytes((long)input.Width * scale, (long)input.Height * scale, Network.OutputChannels);
    }

    /// <summary>The network in a precision; loaded when it is first asked for.</summary>
    public Module<Tensor, Tensor> NetworkOf(ScalarType type)
    {
        if (_networks.TryGetValue(type, out var network)) return network;
        return _networks[type] = NetworkLoading.Load(_model, Engine.Torch, type);
    }

    /// <summary>What a precision is on this device.</summary>
    public ScalarType TypeOf(Precision precision) => precision switch
    {
        Precision.Float16 when !Engine.Device.IsCuda => throw new InputException("half precision needs a CUDA card; leave --precision out, or write fp32"),
        Precision.Float16 => ScalarType.Float16,
        Precision.Auto when Engine.Preferred == Precision.Float16 && _isHalfTrusted => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    /// <summary>Half precision has given no picture: where nobody asks for it, it is not used again for this model.</summary>
    public void DistrustHalf() => _isHalfTrusted = false;

    /// <summary>A picture's run on the engine that stands in for a card with too little memory.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public IUpscaleRun StartFallback(Picture input, RunOptions options, IRowSink output)
    {
        var engine = Engine.Fallback
            ?? throw new InputException($"a picture of {input.Width}×{input.Height} does not fit the memory of {Engine.Device}; use --engine cpu");
        _fallback ??= engine.Load(_model);
        // What opening the card has taken of the machine's memory was no part of the budget.
        var run = _fallback.Start(input, options with { Precision = Precision.Auto, MemoryBytes = options.MemoryBytes + Engine.HostBytes }, output);
        return new AnnouncedRun(run, () => Engine.Notice($"the CPU engine makes the picture of {input.Width}×{input.Height}"));
    }

    /// <summary>The weights stay while a run uses them.</summary>
    public void Hold() => _runs++;

    /// <summary>A run has ended.</summary>
    public void Release()
    {
        _runs--;
        if (_isDisposed && _runs == 0) Free();
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (_runs == 0) Free();
    }

    private static int BytesOf(ScalarType type) => type == ScalarType.Float16 ? sizeof(short) : sizeof(float);

    private void Free()
    {
        FreeNetworks();
        Engine.Remove(this);
        _fallback?.Dispose();
        _fallback = null;
        _model.Dispose();
    }

    private void FreeNetworks()
    {
        foreach (var network in _networks.Values) network.Dispose();
        _networks.Clear();
    }

    // Libraries choose and load their kernels at the first picture; and it shows whether half precision yields pictures on this card.
    private void WarmUp()
    {
        var half = WarmUpPicture.Of(this, TypeOf(Precision.Auto), out var hasFallen);
        if (TypeOf(Precision.Auto) != ScalarType.Float16) return;
        if (!hasFallen && WarmUpPicture.AreAlike(half, WarmUpPicture.Of(this, ScalarType.Float32, out _)))
        {
            if (_networks.Remove(ScalarType.Float32, out var single)) single.Dispose();
            return;
        }
        DistrustHalf();
        Engine.Notice($"half precision gives no right pictures on {Engine.Device}: all are made in single precision");
    }
}
