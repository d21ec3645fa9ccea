using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>The arguments of <c>torchupscaler upscale</c>.</summary>
internal static class UpscaleArguments
{
    /// <summary>What can be written as a result's format.</summary>
    internal const string FormatNames = "png, jpg or webp";

    private const string Examples = """
        Examples:
          torchupscaler upscale photo.jpg                       makes photo_x4.jpg beside it
          torchupscaler upscale photo.jpg -o big.png            names the result and its format
          torchupscaler upscale holiday/ -o enlarged/ -f jpg    all pictures of a folder
          torchupscaler upscale scan.png -m anime-6b --json     another model; one line of JSON on standard output

        Exit codes: 0 done, 1 failed, 2 input, usage or weights refused, 3 some of several failed, 130 cancelled.
        """;

    private static readonly UpscaleOptions Defaults = new() { Inputs = [] };

    private static readonly Argument<string[]> Inputs = new("INPUT")
    {
        Description = "Pictures (PNG, JPEG, WebP; HEIF, AVIF, TIFF and GIF where libvips can) and folders of pictures.",
        Arity = ArgumentArity.OneOrMore,
        Validators = { RefuseUnknownOptions },
    };

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "The result's file, or a folder for the results. Default: NAME_x4.EXT beside each picture.",
        HelpName = "PATH",
    };

    private static readonly Option<string> Model = new("--model", "-m")
    {
        Description = "A model's name (x4plus) or a .safetensors file. Default: sber-x4 if installed, else x4plus.",
        HelpName = "MODEL",
    };

    private static readonly Option<int?> Scale = new("--scale", "-s")
    {
        Description = "How many times larger. Default: what the model does.",
        HelpName = "SCALE",
        CustomParser = result => Number(result, 1, 64),
    };

    private static readonly Option<PictureFormat?> Format = new("--format", "-f")
    {
        Description = "The results' format. Default: the picture's own.",
        HelpName = "png|jpg|webp",
        CustomParser = ParseFormat,
    };

    private static readonly Option<int?> Quality = new("--quality")
    {
        Description = "Quality of JPEG and WebP, 1 to 100. Default: 95.",
        HelpName = "N",
        CustomParser = result => Number(result, 1, 100),
    };

    private static readonly Option<long?> Memory = new("--memory")
    {
        Description = "The most memory to use, for example 2GB or 800MB. Default: half of the machine's, at most 4GB.",
        HelpName = "SIZE",
        CustomParser = ParseMemory,
    };

    private static readonly Option<int?> Threads = new("--threads")
    {
        Description = "Threads that compute; the result does not depend on it. Default: one for each processor core.",
        HelpName = "N",
        CustomParser = result => Number(result, 1, 1024),
    };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = $"A folder with models, searched before {ModelFolders.Variable}, ./weights and the program's own.",
        HelpName = "DIR",
    };

    private static readonly Option<long?> MaxInput = new("--max-input-mp")
    {
        Description = "Refuse pictures of more megapixels. Default: 64.",
        HelpName = "N",
        CustomParser = ParseMegapixels,
    };

    private static readonly Option<long?> MaxOutput = new("--max-output-mp")
    {
        Description = "Refuse results of more megapixels. Default: 400.",
        HelpName = "N",
        CustomParser = ParseMegapixels,
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace existing results." };

    private static readonly Option<bool> Json = new("--json") { Description = "One line of JSON for each finished picture on standard output." };

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked options; returns the exit code.</param>
    internal static Command Command(Func<UpscaleOptions, int> run)
    {
        var command = new Command("upscale", "Enlarges pictures.")
        {
            Inputs, Output, Model, Scale, Format, Quality, Memory, Threads, Weights, MaxInput, MaxOutput, Force, Json,
            new HelpOption { Action = new HelpWithExamples() },
        };
        command.SetAction(parsed => run(Options(parsed)));
        return command;
    }

    private static UpscaleOptions Options(ParseResult parsed) => new()
    {
        Inputs = parsed.GetRequiredValue(Inputs),
        Output = parsed.GetValue(Output),
        Model = parsed.GetValue(Model),
        Scale = parsed.GetValue(Scale),
        Format = parsed.GetValue(Format),
        Quality = parsed.GetValue(Quality) ?? Defaults.Quality,
        MemoryBytes = parsed.GetValue(Memory) ?? Defaults.MemoryBytes,
        Threads = parsed.GetValue(Threads) ?? Defaults.Threads,
        WeightsFolder = parsed.GetValue(Weights),
        MaxInputPixels = parsed.GetValue(MaxInput) ?? Defaults.MaxInputPixels,
        MaxOutputPixels = parsed.GetValue(MaxOutput) ?? Defaults.MaxOutputPixels,
        Force = parsed.GetValue(Force),
        Json = parsed.GetValue(Json),
    };

    // What begins with a dash and is no option would else pass for a picture.
    private static void RefuseUnknownOptions(ArgumentResult result)
    {
        var unknown = result.Tokens.Select(token => token.Value).FirstOrDefault(t => t.StartsWith('-') && !Path.Exists(t));
        if (unknown is not null) result.AddError($"there is no option {unknown}");
    }

    private static int? Number(ArgumentResult result, int low, int high)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high)
            return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number from {low} to {high} for {NameOf(result)}"));
        return null;
    }

    private static PictureFormat? ParseFormat(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (PictureFormats.FromName(text) is { } format) return format;
        result.AddError($"'{text}' is no format for results; write {FormatNames}");
        return null;
    }

    private static long? ParseMemory(ArgumentResult result)
    {
        try
        {
            return MemorySize.Parse(result.Tokens[0].Value);
        }
        catch (FormatException error)
        {
            result.AddError($"{error.Message} for {NameOf(result)}");
            return null;
        }
    }

    private static long? ParseMegapixels(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var parsed = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megapixels);
        if (parsed && megapixels is > 0 and <= 1e6) return (long)(megapixels * 1e6);
        result.AddError($"'{text}' is not a number of megapixels for {NameOf(result)}");
        return null;
    }

    private static string NameOf(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;

    private sealed class HelpWithExamples : SynchronousCommandLineAction
    {
        private readonly HelpAction _help = new();

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = _help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            return code;
        }
    }
}
