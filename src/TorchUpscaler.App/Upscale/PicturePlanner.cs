using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>A picture that has passed all checks that need no pixel.</summary>
/// <param name="Input">The picture.</param>
/// <param name="Source">The file that is read.</param>
/// <param name="Header">What its header says.</param>
/// <param name="Choice">The models that it goes through.</param>
/// <param name="Format">The result's format.</param>
/// <param name="Output">The result, as people are told of it.</param>
/// <param name="Target">The file that is written.</param>
/// <param name="Time">What finding this out has taken.</param>
internal sealed record PlannedPicture(
    PlannedInput Input, string Source, PictureHeader Header, ModelChoice Choice, PictureFormat Format, string Output, string Target, TimeSpan Time);

/// <summary>Plans what becomes of each picture, from its header alone.</summary>
internal sealed class PicturePlanner(
    UpscaleOptions options, IPictureCodec codec, ModelChooser chooser, OutputPlan outputs, StandardStreams streams)
{
    private readonly Dictionary<string, string> _inputOf = new(StringComparer.Ordinal); // by the result's real path
    private readonly PictureLimits _limits = new(options.MaxInputPixels, options.MaxOutputPixels) { Options = ("--max-input-mp", "--max-output-mp", "-m") };

    /// <summary>Plans a picture.</summary>
    /// <exception cref="ResultExistsException">The result is there already and is not to be replaced.</exception>
    /// <exception cref="InputException">The picture, or what was asked of it, is refused.</exception>
    internal PlannedPicture Plan(PlannedInput input)
    {
        if (input.Fault is not null) throw new PictureException(input.Fault);
        var time = Stopwatch.StartNew();
        var source = input.Path == StandardStreams.Name ? streams.Receive() : input.Path;
        var header = codec.ReadHeader(source);
        var choice = Choose(options, chooser, options.Size.ScaleOf(header.Width, header.Height), header.Width, header.Height);
        var format = outputs.FormatFor(header.Format);
        _limits.Check(header, choice, format);
        if (!codec.OutputFormats.Contains(format)) throw new PictureException(PictureFormats.CannotBeWritten(format, codec) + " with -f");

        var size = SizeInName(header, choice);
        var output = outputs.PathFor(input, size, format);
        if (output == StandardStreams.Name) return new(input, source, header, choice, format, output, streams.ResultFile(), time.Elapsed);
        // Of two names that met only now, since a picture is not what its extension says.
        if (_inputOf.ContainsKey(RealPath.Of(output))) output = outputs.OtherPathFor(input, size, format);
        CheckTarget(source, output);
        return new(input, source, header, choice, format, output, output, time.Elapsed);
    }

    /// <summary>Chooses the models of a picture, or none where the networks have no share in the result.</summary>
    /// <exception cref="WeightsException">A model is not installed or damaged, or cannot do that.</exception>
    internal static ModelChoice Choose(UpscaleOptions options, ModelChooser chooser, double? scale, int width, int height) => options.Taste.Strength == 0
        ? chooser.ChooseNone(options.Model, scale)
        : chooser.Choose(options.Model, scale, width, height, options.Denoise);

    // As it was asked for: x4, or 3840x2160.
    private string SizeInName(PictureHeader header, ModelChoice choice)
    {
        if (!options.Size.IsInPixels) return $"x{ResultSize.InName(choice.Scale)}";
        var (width, height) = choice.SizeOf(header.Width, header.Height);
        return FormattableString.Invariant($"{width}x{height}");
    }

    private void CheckTarget(string input, string output)
    {
        var real = RealPath.Of(output);
        if (real == RealPath.Of(input)) throw new InputException("the result would replace the picture itself; choose another name with -o");
        // A rename, which is how a result gets its name, would put a file in its place.
        if (SpecialFile.IsAt(output)) throw new InputException($"{output} is no regular file, and is not replaced by one; choose another name with -o");
        if (Directory.Exists(output)) throw new InputException($"{output} is a folder; choose another name with -o");
        // Before the look at the disk: on a second run too, the result that is there is the other picture's.
        if (!_inputOf.TryAdd(real, input))
            throw new InputException($"{output} is the result of {_inputOf[real]}; do them one at a time with -o");
        if (File.Exists(output) && !options.Force) throw new ResultExistsException(output);
    }
}

/// <summary>A result is there already: an error for a single picture, a reason to pass over one of several.</summary>
internal sealed class ResultExistsException(string output)
    : InputException($"{output} exists; replace it with --force, or choose another name with -o")
{
    /// <summary>The file.</summary>
    internal string Output { get; } = output;
}
