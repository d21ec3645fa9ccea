using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Takes one picture from file to file.</summary>
internal sealed class PictureJob(
    UpscaleOptions options, IPictureCodec codec, ModelChooser chooser, LoadedModels models, string engineName, OutputPlan outputs,
    ProgressReporter progress)
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
        var choice = chooser.Choose(options.Model, options.Scale, header.Width, header.Height);
        var format = outputs.FormatFor(header.Format);
        var output = outputs.PathFor(input, choice.Scale, format);
        CheckSizes(header, choice, format);
        CheckTarget(input, output);

        cancellation.ThrowIfCancellationRequested();
        var picture = codec.Read(input, options.MaxInputPixels, cancellation);
        var decoded = total.Elapsed;

        // The encoder is opened before the network runs: a folder that cannot be written is found in time.
        var shape = ResultShape.Of(picture, choice.Scale, format);
        outputs.PrepareFolder();
        using var writer = codec.Create(output, shape, new EncodeOptions(format, options.Quality));
        // What is half-written goes at once, even where the work below takes its time to notice.
        using var removal = cancellation.Register(writer.Dispose);
        var chain = models.Load(choice);
        cancellation.ThrowIfCancellationRequested();
        using var run = PictureRun.Start(picture, chain, shape, writer, new RunOptions
        {
            MemoryBytes = options.MemoryBytes,
            ReservedBytes = codec.EncoderBytes(format, shape),
            Threads = options.Threads,
            TemporaryFolder = Path.GetDirectoryName(Path.GetFullPath(output))!,
        });
        var steps = Compute(run, input, Describe(picture, shape, choice), cancellation);

        var seconds = new PictureSeconds(
            decoded.TotalSeconds, (steps - run.EncodeTime).TotalSeconds, run.EncodeTime.TotalSeconds, total.Elapsed.TotalSeconds);
        return new PictureReport(input, output, shape.Width, shape.Height, choice.Name, choice.Scale, engineName, seconds);
    }

    private void CheckSizes(PictureHeader header, ModelChoice choice, PictureFormat format)
    {
        var (width, height) = ((long)header.Width * choice.Scale, (long)header.Height * choice.Scale);
        CheckPixels("picture", header.Width, header.Height, options.MaxInputPixels, "--max-input-mp");
        CheckPixels("result", width, height, options.MaxOutputPixels, "--max-output-mp");
        PictureFormats.CheckSize(format, checked((int)width), checked((int)height));
        if (choice.IsForGrey && header.Channels >= 3)
            throw new PictureException($"the picture has colours and the model {choice.Name} is for grey ones; choose another model with -m");
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

    private TimeSpan Compute(PictureRun run, string input, string what, CancellationToken cancellation)
    {
        progress.Start(input, what);
        var steps = Stopwatch.StartNew();
        double share;
        while ((share = run.Step()) < 1)
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Advance(share);
        }
        return steps.Elapsed;
    }

    private static string Describe(Picture picture, ResultShape shape, ModelChoice choice) => string.Create(
        CultureInfo.InvariantCulture, $"{picture.Width}×{picture.Height} to {shape.Width}×{shape.Height} with {choice.Name}");
}

/// <summary>A result is there already: an error for a single picture, a reason to pass over one of several.</summary>
internal sealed class ResultExistsException(string output)
    : InputException($"{output} exists; replace it with --force, or choose another name with -o")
{
    /// <summary>The file.</summary>
    internal string Output { get; } = output;
}
