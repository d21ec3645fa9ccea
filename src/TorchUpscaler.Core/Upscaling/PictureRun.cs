using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>
/// A decoded picture's way through a chain of networks into an encoder, step by step on one thread: what every program that
/// enlarges pictures does. Where alpha goes through the networks too, it goes first, and is kept at the result's size until the
/// colours come. What is behind the networks, <see cref="PictureSinks"/> says; between two of them stands a picture of 16 bits.
/// </summary>
public sealed class PictureRun : IUpscaleRun
{
    /// <summary>What a first network's run leaves with the process, foreseen for those behind it: compiled code, the collector's own memory, in bytes.</summary>
    internal const long LeftBytes = 24L << 20;

    private static readonly TimeSpan s_preparingStep = TimeSpan.FromSeconds(0.1);

    private readonly Picture _picture;
    private readonly RunOptions _options;
    private readonly IPictureWriter _writer;
    private readonly TimedSink _encoder;
    private readonly List<RunStage> _stages = []; // those of alpha, then those of the colours
    private readonly double _cost;                // of all of them, in multiply-adds
    private readonly int _firstOfColours;         // the number of a stage
    private readonly long _preparingBytes;
    private Picture? _grey;                       // the picture's alpha, as the networks see it
    private Picture? _alpha;                      // the result's
    private IEnumerator<bool>? _preparing;        // null: nothing is left to prepare
    private IUpscaleRun? _run;
    private bool _isFinished;
    private bool _isDisposed;
    private int _stage;
    private double _costDone;

    private PictureRun(Picture picture, IReadOnlyList<ILoadedModel> chain, ResultShape shape, IPictureWriter writer, RunOptions options, Taste taste)
    {
        (_picture, _options, _writer, ReservedBytes) = (picture, options, writer, options.ReservedBytes);
        var sinks = new PictureSinks(picture, chain, shape, taste);
        var isOpaque = picture.IsOpaque();
        if (!isOpaque && chain.Count > 0 && taste.Alpha == AlphaWay.Network)
        {
            _grey = new Picture(picture.Width, picture.Height, 1, picture.Bits);
            _alpha = NewAlpha(shape);
            AddStages(_grey, chain, _alpha, sinks.OfAlpha(_alpha), sinks.BytesOfAlpha());
        }
        _firstOfColours = _stages.Count;
        _encoder = new TimedSink(sinks.OfColours(writer, _alpha));
        AddStages(picture, chain, null, _encoder, sinks.BytesOfColours(!isOpaque && _alpha is null));
        _cost = _stages.Sum(stage => stage.Cost);
        if (isOpaque) return;
        _preparing = Prepare(_grey).GetEnumerator();
        _preparingBytes = TransparentColours.MemoryBytes(picture) + (_grey?.Bytes.Length ?? 0);
    }

    /// <summary>Time that has been spent in rounding and encoding so far, and in the sinks before; the rest of the steps' time is the networks'.</summary>
    public TimeSpan EncodeTime => _encoder.Elapsed;

    /// <summary>Bytes of the budget which the caller will still take from now on: what it has taken meanwhile counts by itself when a further network is opened.</summary>
    public long ReservedBytes { get; set; }

    /// <summary>Plans the whole way. Computes nothing yet.</summary>
    /// <param name="picture">The decoded picture; it must not change meanwhile. The run overwrites colours under wholly transparent pixels.</param>
    /// <param name="chain">The models, in the order in which they run; they stay the caller's. None: Lanczos alone.</param>
    /// <param name="shape">The result, as <see cref="ResultShape.Of"/> computes it.</param>
    /// <param name="writer">Encodes the result; disposed with the run. Where this method throws, it stays the caller's.</param>
    /// <param name="options">What the run may use; <see cref="RunOptions.ReservedBytes"/> has the encoder's memory in it.</param>
    /// <param name="taste">What is made of the networks' result; null: it is left as it comes.</param>
    /// <exception cref="DoesNotFitException">The budget is too small for one of the chain's networks; says what would do.</exception>
    /// <exception cref="PictureException">What stands between two networks, or the result's alpha, is too large for any budget.</exception>
    public static PictureRun Start(
        Picture picture, IReadOnlyList<ILoadedModel> chain, ResultShape shape, IPictureWriter writer, RunOptions options, Taste? taste = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        taste ??= Taste.Untouched;
        if (taste.Strength is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(taste), taste.Strength, "a share is from 0 to 1");
        var run = new PictureRun(picture, taste.Strength == 0 ? [] : chain, shape, writer, options, taste);
        // The last network's picture is the largest: what cannot be done is refused before the first one's work.
        for (var stage = run._stages.Count - 1; stage > 0; stage--) run.Open(stage, run.BytesHeldAt(stage) + LeftBytes).Dispose();
        run._run = run.Open(0, run._preparingBytes);
        return run;
    }

    /// <inheritdoc/>
    /// <exception cref="DoesNotFitException">
    /// The process has come to hold more than was foreseen, and a further network does not fit beside it. The step may be made again
    /// when there is more room.
    /// </exception>
    public double Step()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isFinished) return 1;
        _run ??= Open(_stage, alsoReserved: 0);
        if (_preparing is not null)
        {
            AdvancePreparing();
            return 0;
        }
        var share = _run.Step();
        if (share == 1 && _stage == _stages.Count - 1)
        {
            _isFinished = true;
            return 1;
        }
        var done = _costDone + (share * _stages[_stage].Cost);
        if (share == 1) NextStage();
        return Math.Min(done / _cost, 0.9999); // 1 is said when the encoder has ended
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _run?.Dispose();
        _run = null;
        _preparing?.Dispose();
        _encoder.Dispose();
        _writer.Dispose(); // the sink knows it only once its first row has come
        foreach (var stage in _stages) stage.Release();
        (_grey, _alpha) = (null, null);
    }

    // Alpha's edges are where one sees through: what the networks see there are the colours beside them.
    private IEnumerable<bool> Prepare(Picture? grey)
    {
        foreach (var piece in new TransparentColours(_picture).Work()) yield return piece;
        for (var y = 0; grey is not null && y < grey.Height; y++)
        {
            grey.CopyAlpha(_picture, y);
            yield return true;
        }
    }

    private void AdvancePreparing()
    {
        var clock = Stopwatch.StartNew();
        while (_preparing!.MoveNext())
            if (clock.Elapsed > s_preparingStep) return;
        (_preparing, _grey) = (null, null);
        GiveBack();
    }

    private void NextStage()
    {
        _run!.Dispose();
        _run = null; // it knows its picture; the next one is opened by the next step
        _costDone += _stages[_stage].Cost;
        var mayFree = _stages[_stage].Input != _picture;
        _stages[_stage].Release();
        _stage++;
        if (mayFree) GiveBack();
    }

    // What is dead is large, and would count in the next network's memory as long as the system does not have it back: a plain
    // collection may keep it for the process. All threads stand still meanwhile; it comes once or twice in a picture with alpha or a chain.
    private static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    /// <summary>The run of one of the stages.</summary>
    /// <param name="stage">Its number.</param>
    /// <param name="alsoReserved">Memory that will be held then and is not yet, in bytes.</param>
    private IUpscaleRun Open(int stage, long alsoReserved) =>
        _stages[stage].Open(_options with { ReservedBytes = ReservedBytes + alsoReserved });

    // What is made before a stage begins, and held while it runs.
    private long BytesHeldAt(int stage) =>
        (_stages[stage].Input is { } input && input != _picture ? input.Bytes.Length : 0) + (stage >= _firstOfColours ? _alpha?.Bytes.Length ?? 0 : 0);

    private void AddStages(Picture input, IReadOnlyList<ILoadedModel> chain, Picture? output, IRowSink last, long lastBytes)
    {
        foreach (var model in chain.SkipLast(1))
        {
            var scale = model.Network.Scale;
            var between = new Picture(checked(input.Width * scale), checked(input.Height * scale), input.ColorChannels, bits: 16);
            var sink = IntermediatePicture.SinkInto(between);
            if (input.ColorChannels == 1 && model.Network.OutputChannels == 3) sink = new GreySink(sink);
            _stages.Add(new RunStage(model, input, between, sink, 0));
            input = between;
        }
        _stages.Add(new RunStage(chain.Count == 0 ? null : chain[^1], input, output, last, lastBytes));
    }

    private static Picture NewAlpha(ResultShape shape)
    {
        try
        {
            return new Picture(shape.Width, shape.Height, 1, shape.Bits);
        }
        catch (PictureException error)
        {
            throw new PictureException($"the alpha of a result of {shape.Width}×{shape.Height} needs more than 2 GB where networks make it; use --alpha lanczos", error);
        }
    }
}
