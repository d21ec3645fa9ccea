using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>The arguments that say how large a result is to be, and what is made of the networks' result.</summary>
internal static class TasteArguments
{
    private const int LargestSide = 1_000_000;

    private static readonly Option<double?> Scale = new("--scale", "-s")
    {
        Description = "How many times larger, 1 to 64, such as 3.5; 1 cleans without enlarging. Default: what the model does. What no model does is reached by several, and Lanczos.",
        HelpName = "SCALE",
        CustomParser = result => Real(result, 1, ResultSize.MostTimes),
    };

    private static readonly Option<int?> Width = new("--width")
    {
        Description = "The result's width in pixels; its height follows. Below the picture's own, it is reduced without a network.",
        HelpName = "N",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, LargestSide),
    };

    private static readonly Option<int?> Height = new("--height")
    {
        Description = "The result's height in pixels; its width follows.",
        HelpName = "N",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, LargestSide),
    };

    private static readonly Option<(int Width, int Height)?> Fit = new("--fit")
    {
        Description = "As large as fits into so many pixels, such as 3840x2160; the aspect is kept.",
        HelpName = "WxH",
        CustomParser = ParseBox,
    };

    private static readonly Option<double?> Strength = new("--strength")
    {
        Description = "The network's share in the result, 0 to 1; the rest is the picture enlarged by Lanczos. Default: 1, the network's result as it comes.",
        HelpName = "SHARE",
        CustomParser = result => Real(result, 0, 1),
    };

    private static readonly Option<double?> Denoise = new("--denoise")
    {
        Description = $"How much noise is taken away, 0 to 1, by mixing the models {ModelChooser.DenoisingModel} and {ModelChooser.NoisyModel}.",
        HelpName = "SHARE",
        CustomParser = result => Real(result, 0, 1),
    };

    private static readonly Option<bool> ColourFix = new("--color-fix") { Description = "Give the result the picture's own tints and brightness back, where the network shifts them." };

    private static readonly Option<AlphaWay?> Alpha = new("--alpha")
    {
        Description = "What enlarges transparency: the network, as a second picture, or Lanczos, in no time. Default: network.",
        HelpName = "network|lanczos",
        CustomParser = ParseAlpha,
    };

    /// <summary>Adds them to a command.</summary>
    internal static void AddTo(Command command)
    {
        Scale.CompletionSources.Clear();
        Scale.CompletionSources.Add("2", "4", "8");
        Alpha.CompletionSources.Clear(); // the names of the enumeration are not what people write
        Alpha.CompletionSources.Add("network", "lanczos");
        foreach (var option in new Option[] { Scale, Width, Height, Fit, Strength, Denoise, ColourFix, Alpha }) command.Add(option);
        command.Validators.Add(CheckSize);
    }

    /// <summary>How large a result is to be.</summary>
    internal static ResultSize SizeOf(ParseResult parsed)
    {
        var box = parsed.GetValue(Fit);
        return new ResultSize { Scale = parsed.GetValue(Scale), Width = box?.Width ?? parsed.GetValue(Width), Height = box?.Height ?? parsed.GetValue(Height) };
    }

    /// <summary>What is made of the networks' result.</summary>
    internal static Taste TasteOf(ParseResult parsed) => new()
    {
        Strength = parsed.GetValue(Strength) ?? Taste.Untouched.Strength,
        FixesColours = parsed.GetValue(ColourFix),
        Alpha = parsed.GetValue(Alpha) ?? Taste.Untouched.Alpha,
    };

    /// <summary>How much noise is taken away, or null.</summary>
    internal static double? DenoiseOf(ParseResult parsed) => parsed.GetValue(Denoise);

    private static void CheckSize(CommandResult command)
    {
        var given = new Option[] { Scale, Width, Height, Fit }.Where(option => command.GetResult(option) is not null).Select(option => option.Name).ToList();
        if (given.Count < 2) return;
        command.AddError(given is ["--width", "--height"]
            ? "--width and --height together would distort pictures; give one of them, or --fit WxH for the largest that fits into both"
            : $"{string.Join(" and ", given)} each say how large the result is; give one of them");
    }

    private static double? Real(ArgumentResult result, double low, double high)
    {
        var text = result.Tokens[0].Value;
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= low && number <= high) return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number from {low} to {high} for {OptionParsers.NameOf(result)}"));
        return null;
    }

    private static (int Width, int Height)? ParseBox(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('x', 'X', '×') is [var width, var height]
            && OptionParsers.WholeNumber(width, 1, LargestSide) is { } across && OptionParsers.WholeNumber(height, 1, LargestSide) is { } down)
            return ((int)across, (int)down);
        result.AddError($"'{text}' is no size in pixels for {OptionParsers.NameOf(result)}; write for example 3840x2160");
        return null;
    }

    private static AlphaWay? ParseAlpha(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text is "network" or "lanczos") return text == "network" ? AlphaWay.Network : AlphaWay.Lanczos;
        result.AddError($"'{text}' is no way to enlarge transparency; write network or lanczos");
        return null;
    }
}
