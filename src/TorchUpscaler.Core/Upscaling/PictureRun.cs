namespace TorchUpscaler.Core;

/// <summary>
/// A decoded picture's way through a chain of networks into an encoder, step by step on one thread: what every program that
/// enlarges pictures does. The network's rows → one grey channel where the picture is grey → Lanczos where the chain makes more
/// than was asked for → the picture's alpha → rounding → encoder. Between two networks stands a picture of 16 bits.
/// </summary>
public sealed class PictureRun : IUpscaleRun
{
    private readonly Picture _picture;
    private readonly IReadOnlyList<ILoadedModel> _chain;
    private readonly RunOptions _options;
    private readonly IPictureWriter _writer;
    private readonly ResultShape _shape;
    private readonly TimedSink _encoder;
    private readonly Picture?[] _between; // the results of all networks but the last; null when dead
    private readonly double[] _costs;     // of each network's run, in multiply-adds
    private IUpscaleRun? _run;
    private bool _isFinished;
    private int _stage;
    private double _costDone;

    private PictureRun(Picture picture, IReadOnlyList<ILoadedModel> chain, ResultShape shape, IPictureWriter writer, RunOptions options)
    {
        (_picture, _chain, _writer, _shape, _options) = (picture, chain, writer, shape, options);
        _between = [.. Intermediates(picture, chain)];
        _costs = [.. chain.Select((model, stage) => CostOf(InputOf(stage), model))];
        _encoder = new TimedSink(ToEncoder());
    }

    /// <summary>Time that has been spent in rounding and encoding so far; the rest of the steps' time is the networks'.</summary>
    public TimeSpan EncodeTime => _encoder.Elapsed;

    /// <summary>Plans the whole way. Computes nothing yet.</summary>
    /// <param name="picture">The decoded picture; it must not change meanwhile.</param>
    /// <param name="chain">The models, in the order in which they run; they stay the caller's.</param>
    /// <param name="shape">The result, as <see cref="ResultShape.Of"/> computes it.</param>
    /// <param name="writer">Encodes the result; disposed with the run. Where this method throws, it stays the caller's.</param>
    /// <param name="options">What the run may use; <see cref="RunOptions.ReservedBytes"/> has the encoder's memory in it.</param>
    /// <exception cref="DoesNotFitException">The budget is too small for one of the chain's networks; says what would do.</exception>
    /// <exception cref="PictureException">What stands between two networks is too large for any budget.</exception>
    public static PictureRun Start(
        Picture picture, IReadOnlyList<ILoadedModel> chain, ResultShape shape, IPictureWriter writer, RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(chain.Count, nameof(chain));
        var run = new PictureRun(picture, chain, shape, writer, options);
        // The last network's picture is the largest: what cannot be done is refused before the first one's work.
        for (var stage = chain.Count - 1; stage > 0; stage--) run.Open(stage, run.Bytes(stage - 1)).Dispose();
        run._run = run.Open(0, alsoReserved: 0);
        return run;
    }

    /// <inheritdoc/>
    public double Step()
    {
        ObjectDisposedException.ThrowIf(_run is null, this);
        if (_isFinished) return 1;
        var share = _run.Step();
        if (share == 1 && _stage == _chain.Count - 1)
        {
            _isFinished = true;
            return 1;
        }
        var done = _costDone + (share * _costs[_stage]);
        if (share == 1) NextStage();
        return Math.Min(done / _costs.Sum(), 0.9999); // 1 is said when the encoder has ended
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run?.Dispose();
        _run = null;
        _encoder.Dispose();
        _writer.Dispose(); // the sink knows it only once its first row has come
        Array.Clear(_between);
    }

    private void NextStage()
    {
        _run!.Dispose();
        _costDone += _costs[_stage];
        _stage++;
        if (_stage > 1)
        {
            _between[_stage - 2] = null;
            GC.Collect(); // it is large, and would count in the next network's memory
        }
        _run = Open(_stage, alsoReserved: 0);
    }

    /// <summary>The run of one of the networks.</summary>
    /// <param name="stage">Its number in the chain.</param>
    /// <param name="alsoReserved">Memory that will be held then and is not yet, in bytes.</param>
    private IUpscaleRun Open(int stage, long alsoReserved)
    {
        var isLast = stage == _chain.Count - 1;
        var sink = isLast ? _encoder : ToGrey(IntermediatePicture.SinkInto(_between[stage]!), _chain[stage]);
        var reserved = _options.ReservedBytes + alsoReserved + (isLast ? ResizingBytes : Bytes(stage));
        return _chain[stage].Start(InputOf(stage), _options with { ReservedBytes = reserved }, sink);
    }

    private (long Width, long Height) ChainSize
    {
        get
        {
            var scale = _chain.Aggregate(1L, (scale, model) => scale * model.Network.Scale);
            return (_picture.Width * scale, _picture.Height * scale);
        }
    }

    private bool IsResized => ChainSize != (_shape.Width, _shape.Height);

    // What the last network's run does not count: the encoder is in the options.
    private long ResizingBytes => IsResized
        ? LanczosSink.MemoryBytes(ChainSize.Width, ChainSize.Height, (_shape.Width, _shape.Height), _picture.ColorChannels)
        : 0;

    private Picture InputOf(int stage) => stage == 0 ? _picture : _between[stage - 1]!;

    private long Bytes(int between) => _between[between]!.Bytes.Length;

    private IRowSink ToEncoder()
    {
        IRowSink sink = new EncodeSink(_shape.Bits, _shape.Metadata, begun =>
            begun == _shape ? _writer : throw new InvalidOperationException($"the engine makes {begun} where {_shape} was announced"));
        if (_picture.HasAlpha) sink = new AlphaSink(_picture, sink);
        if (IsResized) sink = new LanczosSink(_shape.Width, _shape.Height, sink);
        return ToGrey(sink, _chain[^1]);
    }

    private IRowSink ToGrey(IRowSink sink, ILoadedModel model) =>
        _picture.ColorChannels == 1 && model.Network.OutputChannels == 3 ? new GreySink(sink) : sink;

    private static List<Picture> Intermediates(Picture picture, IReadOnlyList<ILoadedModel> chain)
    {
        List<Picture> between = [];
        foreach (var model in chain.SkipLast(1))
        {
            var (before, scale) = (between.LastOrDefault() ?? picture, model.Network.Scale);
            between.Add(new Picture(checked(before.Width * scale), checked(before.Height * scale), picture.ColorChannels, bits: 16));
        }
        return between;
    }

    private static double CostOf(Picture input, ILoadedModel model) => (double)input.Width * input.Height * NetworkCost.PerPixel(model.Network);
}
