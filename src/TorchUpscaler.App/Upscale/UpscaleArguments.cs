using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>The arguments of <c>torchupscaler upscale</c>.</summary>
internal static class UpscaleArguments
{
    private const string Examples = """
        Examples:
          torchupscaler upscale photo.jpg                       makes photo_x4.jpg beside it
          torchupscaler upscale photo.jpg -o big.png            names the result and its format
          torchupscaler upscale holiday/ -o enlarged/ -f jpg    all pictures of a folder
          torchupscaler upscale scan.png -m anime-6b --json     another model; one line of JSON on standard output
          torchupscaler upscale - -o - < in.png > out.png       from standard input to standard output
          torchupscaler upscale photo.jpg -s 3.5                any size: makes photo_x3.5.jpg
          torchupscaler upscale photo.jpg --width 1920          makes photo_1920x1280.jpg, for example
          torchupscaler upscale holiday/ --fit 3840x2160        each as large as fits that screen
          torchupscaler upscale face.jpg --strength 0.6         less of the network's look, more of the photo's
          torchupscaler upscale old.jpg --denoise 0.3           keeps more of the grain
          torchupscaler upscale art.png --color-fix             keeps the picture's own tints

        Exit codes: 0 done, 1 failed, 2 input, usage or weights refused, 3 some of several failed, 130 cancelled.
        """;

    private static readonly UpscaleOptions Defaults = new() { Inputs = [] };

    private static readonly Argument<string[]> Inputs = new("INPUT")
    {
        Description = "Pictures (PNG, JPEG, WebP; TIFF, AVIF, HEIF and GIF where libvips can), folders of pictures, or - for standard input.",
        Arity = ArgumentArity.OneOrMore,
        Validators = { OptionParsers.RefuseUnknownOptions },
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The result's file, a folder for the results, or - for standard output. Default: NAME_x4.EXT beside each picture.",
        HelpName = "PATH",
    };

    private static readonly Option<bool> Recursive = new("--recursive", "-r")
    {
        Description = "Look into the folders within folders too; results keep that structure in the folder of -o.",
    };

    private static readonly Option<string> Model = new("--model", "-m")
    {
        Description = "A model's name (x4plus) or a .safetensors file. Default: sber-x4 if installed, else x4plus.",
        HelpName = "MODEL",
        CompletionSources = { context => new ModelFolders(context.ParseResult.GetValue(Weights!)).Names().Select(name => new CompletionItem(name)) },
    };

    private static readonly Option<long?> FastAbove = new("--fast-above")
    {
        Description = "Without -m, make pictures of more megapixels with the fast model x4fast, if it is installed. Default: 4; 0: never.",
        HelpName = "MP",
        CustomParser = result => ParseMegapixels(result, low: 0),
    };

    private static readonly Option<PictureFormat?> Format = new("--format", "-f")
    {
        Description = "The results' format. Default: the picture's own, and PNG where results cannot be written in it.",
        HelpName = "png|jpg|webp|avif|tiff",
        CustomParser = OptionParsers.Format,
    };

    private static readonly Option<int?> Quality = new("--quality")
    {
        Description = "Quality of JPEG, 1 to 100, and what looks like it of WebP and AVIF. Default: 95.",
        HelpName = "N",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, 100),
    };

    private static readonly Option<bool> KeepGps = new("--keep-gps")
    {
        Description = "Keep in EXIF where the picture was taken. Without it the place is left out, and date, camera and copyright are kept.",
    };

    private static readonly Option<bool> Strip = new("--strip")
    {
        Description = "Leave out all EXIF and the resolution. The colour profile stays: without it the colours would be others.",
    };

    private static readonly Option<long?> Memory = new("--memory")
    {
        Description = "The most memory to use, for example 2GB or 800MB. Default: half of the machine's, at most 4GB.",
        HelpName = "SIZE",
        CustomParser = OptionParsers.Memory,
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Threads that compute; the result does not depend on it. Default: one for each processor core.",
        HelpName = "N",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, 1024),
    };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = $"A folder with models, searched before {ModelFolders.Variable}, ./weights and the program's own.",
        HelpName = "DIR",
        Validators = { WeightsOption.Check },
    };

    private static readonly Option<long?> MaxInput = new("--max-input-mp")
    {
        Description = "Refuse pictures of more megapixels. Default: 64.",
        HelpName = "N",
        CustomParser = result => ParseMegapixels(result, low: double.Epsilon),
    };

    private static readonly Option<long?> MaxOutput = new("--max-output-mp")
    {
        Description = "Refuse results of more megapixels. Default: 400.",
        HelpName = "N",
        CustomParser = result => ParseMegapixels(result, low: double.Epsilon),
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace existing results." };

    private static readonly Option<bool> Json = new("--json") { Description = "One line of JSON for each picture on standard output." };

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked options; returns the exit code.</param>
    internal static Command Command(Func<UpscaleOptions, int> run)
    {
        Format.CompletionSources.Clear(); // the names of the enumeration are not what people write
        Format.CompletionSources.Add("png", "jpg", "webp", "avif", "tiff");
        var command = new Command("upscale", "Enlarges pictures.") { Inputs, Output, Recursive, Model, FastAbove };
        TasteArguments.AddTo(command);
        foreach (var option in new Option[] { Format, Quality, KeepGps, Strip }) command.Add(option);
        EngineArguments.AddTo(command);
        foreach (var option in new Option[] { Memory, Threads, Weights, MaxInput, MaxOutput, Force, Json }) command.Add(option);
        command.Add(HelpWithExamples.Option(Examples));
        command.Validators.Add(result =>
        {
            if (result.GetValue(KeepGps) && result.GetValue(Strip)) result.AddError("--strip leaves out what --keep-gps keeps; give one of the two");
        });
        command.SetAction(parsed => run(Options(parsed)));
        return command;
    }

    private static UpscaleOptions Options(ParseResult parsed) => new()
    {
        Inputs = parsed.GetRequiredValue(Inputs),
        Output = parsed.GetValue(Output),
        Recursive = parsed.GetValue(Recursive),
        Engine = EngineArguments.EngineOf(parsed),
        Codec = EngineArguments.CodecOf(parsed),
        FastAbovePixels = parsed.GetValue(FastAbove) ?? Defaults.FastAbovePixels,
        Model = parsed.GetValue(Model),
        Size = TasteArguments.SizeOf(parsed),
        Taste = TasteArguments.TasteOf(parsed),
        Denoise = TasteArguments.DenoiseOf(parsed),
        Format = parsed.GetValue(Format),
        Quality = parsed.GetValue(Quality) ?? Defaults.Quality,
        Metadata = parsed.GetValue(Strip) ? CarriedMetadata.None : parsed.GetValue(KeepGps) ? CarriedMetadata.All : Defaults.Metadata,
        MemoryBytes = parsed.GetValue(Memory) ?? Defaults.MemoryBytes,
        Threads = parsed.GetValue(Threads) ?? Defaults.Threads,
        WeightsFolder = parsed.GetValue(Weights),
        MaxInputPixels = parsed.GetValue(MaxInput) ?? Defaults.MaxInputPixels,
        MaxOutputPixels = parsed.GetValue(MaxOutput) ?? Defaults.MaxOutputPixels,
        Force = parsed.GetValue(Force),
        Json = parsed.GetValue(Json),
    };

    private static long? ParseMegapixels(ArgumentResult result, double low)
    {
        var text = result.Tokens[0].Value;
        var parsed = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megapixels);
        if (parsed && megapixels >= low && megapixels <= 1e6) return (long)Math.Round(megapixels * 1e6);
        result.AddError($"'{text}' is not a number of megapixels for {OptionParsers.NameOf(result)}");
        return null;
    }
}
