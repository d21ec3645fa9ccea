using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging;

namespace TorchUpscaler.App.Upscale;

/// <summary>Takes one picture from file to file.</summary>
internal sealed class PictureJob(
    UpscaleOptions options, IPictureCodec codec, ModelSession model, OutputPlan outputs, ProgressReporter progress)
{
    private readonly Dictionary<string, string> _inputOf = new(StringComparer.Ordinal); // by the result's real path

    /// <summary>Upscales a picture.</summary>
    /// <param name="input">Its file.</param>
    /// <param name="cancellation">Stops the work between two steps; nothing is left behind then.</param>
    /// <exception cref="ResultExistsException">The result is there already and is not to be replaced.</exception>
    /// <exception cref="InputException">The picture, or what was asked of it, is refused. No work has been done.</exception>
    /// <exception cref="IOException">The result could not be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal PictureReport Run(string input, CancellationToken cancellation)
    {
        var total = Stopwatch.StartNew();
        var header = codec.ReadHeader(input);
        var format = outputs.FormatFor(header.Format);
        var output = outputs.PathFor(input, model.Network.Scale, format);
        CheckSizes(header, format);
        CheckTarget(input, output);

        cancellation.ThrowIfCancellationRequested();
        var picture = codec.Read(input, options.MaxInputPixels, cancellation);
        var decoded = total.Elapsed;

        // The encoder is opened before the network runs: a folder that cannot be written is found in time.
        var shape = ShapeOf(picture, format);
        outputs.PrepareFolder();
        using var writer = codec.Create(output, shape, new EncodeOptions(format, options.Quality));
        // What is half-written goes at once, even where the work below takes its time to notice.
        using var removal = cancellation.Register(writer.Dispose);
        using var sink = new TimedSink(Chain(picture, shape, writer));
        var runOptions = new RunOptions
        {
            MemoryBytes = options.MemoryBytes,
            ReservedBytes = PictureFormats.EncoderBytes(format, shape),
            Threads = options.Threads,
            TemporaryFolder = Path.GetDirectoryName(Path.GetFullPath(output))!,
        };
        var inference = Compute(input, picture, runOptions, sink, cancellation);

        var seconds = new PictureSeconds(
            decoded.TotalSeconds, inference.TotalSeconds, sink.Elapsed.TotalSeconds, total.Elapsed.TotalSeconds);
        return new PictureReport(
            input, output, shape.Width, shape.Height, model.Name, model.Network.Scale, model.Engine, seconds);
    }

    private void CheckSizes(PictureHeader header, PictureFormat format)
    {
        var scale = model.Network.Scale;
        var (width, height) = ((long)header.Width * scale, (long)header.Height * scale);
        CheckPixels("picture", header.Width, header.Height, options.MaxInputPixels, "--max-input-mp");
        CheckPixels("result", width, height, options.MaxOutputPixels, "--max-output-mp");
        PictureFormats.CheckSize(format, checked((int)width), checked((int)height));
        if (model.Network.InputChannels == 1 && header.Channels >= 3)
            throw new PictureException($"the picture has colours and the model {model.Name} is for grey ones; choose another model with -m");
    }

    private static void CheckPixels(string what, long width, long height, long limit, string option)
    {
        if (width * height <= limit) return;
        var (megapixels, limitInMegapixels) = (Math.Ceiling(width * height / 1e6), limit / 1e6);
        throw new PictureException(string.Create(CultureInfo.InvariantCulture,
            $"the {what} of {width}×{height} has {megapixels} megapixels, and the limit is {limitInMegapixels}; allow more with {option} {megapixels}"));
    }

    private void CheckTarget(string input, string output)
    {
        var real = RealPath.Of(output);
        if (real == RealPath.Of(input)) throw new InputException("the result would replace the picture itself; choose another name with -o");
        if (Directory.Exists(output)) throw new InputException($"{output} is a folder; choose another name with -o");
        // Before the look at the disk: on a second run too, the result that is there is the other picture's.
        if (!_inputOf.TryAdd(real, input))
            throw new InputException($"{output} is the result of {_inputOf[real]}; do them one at a time with -o");
        if (File.Exists(output) && !options.Force) throw new ResultExistsException(output);
    }

    private ResultShape ShapeOf(Picture picture, PictureFormat format)
    {
        var scale = model.Network.Scale;
        return new ResultShape(
            picture.Width * scale, picture.Height * scale, picture.Channels,
            format == PictureFormat.Png ? picture.Bits : 8, picture.Metadata.Scaled(scale));
    }

    // The network's rows → one grey channel where the picture is grey → its alpha → rounding → encoder.
    private IRowSink Chain(Picture picture, ResultShape shape, IPictureWriter writer)
    {
        IRowSink chain = new EncodeSink(shape.Bits, shape.Metadata, begun =>
            begun == shape ? writer : throw new InvalidOperationException($"the engine makes {begun} where {shape} was announced"));
        if (picture.HasAlpha) chain = new AlphaSink(picture, chain);
        if (picture.ColorChannels == 1 && model.Network.OutputChannels == 3) chain = new GreySink(chain);
        return chain;
    }

    private TimeSpan Compute(string input, Picture picture, RunOptions runOptions, TimedSink sink, CancellationToken cancellation)
    {
        var loaded = model.Load();
        cancellation.ThrowIfCancellationRequested();
        using var run = loaded.Start(picture, runOptions, sink);

        progress.Start(input, Describe(picture));
        var sunkBefore = sink.Elapsed;
        var steps = Stopwatch.StartNew();
        double share;
        while ((share = run.Step()) < 1)
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Advance(share);
        }
        return steps.Elapsed - (sink.Elapsed - sunkBefore);
    }

    private string Describe(Picture picture)
    {
        var scale = model.Network.Scale;
        return string.Create(CultureInfo.InvariantCulture,
            $"{picture.Width}×{picture.Height} to {picture.Width * scale}×{picture.Height * scale} with {model.Name}");
    }
}

/// <summary>A result is there already: an error for a single picture, a reason to pass over one of several.</summary>
internal sealed class ResultExistsException(string output)
    : InputException($"{output} exists; replace it with --force, or choose another name with -o")
{
    /// <summary>The file.</summary>
    internal string Output { get; } = output;
}
