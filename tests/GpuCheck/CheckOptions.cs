using System.Globalization;
using System.Text.RegularExpressions;
using TorchUpscaler.Core;
using TorchUpscaler.Torch;

namespace TorchUpscaler.GpuCheck;

/// <summary>What is to be checked.</summary>
internal sealed partial record CheckOptions
{
    private const int MostPixels = 40_000_000, MostRounds = 1000; // results are kept as a whole, in one array

    /// <summary>Where the Torch engine computes.</summary>
    public TorchDevice Device { get; private init; } = new(IsCuda: true);

    /// <summary>Sizes of the pictures whose time is taken, the smallest first.</summary>
    public IReadOnlyList<(int Width, int Height)> Sizes { get; private init; } = [];

    /// <summary>How often each is made, after once to get warm.</summary>
    public int Rounds { get; private init; } = 3;

    /// <summary>The Python whose PyTorch is measured beside ours.</summary>
    public string Python { get; private init; } = "python3";

    /// <summary>Where everything is written to for programs, or null.</summary>
    public string? JsonFile { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="InputException">It makes no sense; says why.</exception>
    public static CheckOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CheckOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var (name, value) = (arguments[i], i + 1 < arguments.Count ? arguments[i + 1] : null);
            if (name is not ("--device" or "--sizes" or "--rounds" or "--python" or "--json")) throw new InputException($"the check does not know '{name}'; see tools/gpu-check --help");
            if (value is null) throw new InputException($"{name} wants a word behind it; see tools/gpu-check --help");
            options = name switch
            {
                "--device" => options with { Device = DeviceOf(value) },
                "--sizes" => options with { Sizes = [.. value.Split(',').Select(Size).OrderBy(size => (long)size.Width * size.Height)] },
                "--rounds" => options with { Rounds = Number(name, value) },
                "--python" => options with { Python = value },
                _ => options with { JsonFile = value },
            };
        }
        return options.Sizes.Count > 0 ? options : options with { Sizes = options.Device.IsCuda ? [(256, 256), (1024, 1024), (2048, 2048)] : [(64, 64), (96, 96), (128, 128)] };
    }

    private static (int Width, int Height) Size(string text)
    {
        if (SizeText().Match(text) is { Success: true } match
            && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && width > 0 && height > 0 && (long)width * height <= MostPixels)
            return (width, height);
        throw new InputException($"'{text}' is no size for --sizes; write for example 256x256,1024x1024, of at most {MostPixels / 1_000_000} megapixels");
    }

    private static int Number(string name, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MostRounds
            ? number
            : throw new InputException($"{name} wants a number from 1 to {MostRounds}, and '{text}' is none");

    private static TorchDevice DeviceOf(string text)
    {
        try
        {
            return TorchDevice.Parse(text);
        }
        catch (FormatException error)
        {
            throw new InputException(error.Message, error);
        }
    }

    [GeneratedRegex("^([0-9]+)x([0-9]+)$")]
    private static partial Regex SizeText();
}
