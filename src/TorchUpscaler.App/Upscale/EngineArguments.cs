using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>The options of <c>upscale</c> that say what computes, and what reads and writes.</summary>
internal static class EngineArguments
{
    private static readonly Option<string?> Engine = OneOf("--engine", "no engine",
        "What computes. Default: auto, the Torch engine where this build has it and a card will do, else the CPU engine.", Engines.Names);

    private static readonly Option<string?> Device = new("--device")
    {
        Description = "Where the Torch engine computes. Default: auto, the first card that will do, else the processor.",
        HelpName = "auto|cuda:N|cpu",
        CustomParser = ParseDevice,
        CompletionSources = { _ => [new CompletionItem("auto"), new CompletionItem("cuda:0"), new CompletionItem("cpu")] },
    };

    private static readonly Option<string?> Precision = OneOf("--precision", "no precision",
        "What the Torch engine computes in: fp32 is exact to a grey level, fp16 on a card within three. Default: auto, what the card is made for.", Engines.Precisions);

    private static readonly Option<long?> CardMemory = new("--card-memory")
    {
        Description = "The most of a card's memory to take, for example 4GB. Default: nine tenths of what is free.",
        HelpName = "SIZE",
        CustomParser = OptionParsers.Memory,
    };

    private static readonly Option<string?> Codec = OneOf("--codec", "no codec",
        "What reads and writes pictures; imagesharp is in the full build. Default: auto, libvips where it is installed.", Codecs.Names);

    /// <summary>Adds them to the command.</summary>
    internal static void AddTo(Command command)
    {
        foreach (var option in (Option[])[Engine, Device, Precision, CardMemory, Codec]) command.Add(option);
    }

    /// <summary>What computes.</summary>
    internal static EngineWish EngineOf(ParseResult parsed)
    {
        var defaults = new EngineWish();
        return new EngineWish(parsed.GetValue(Engine) ?? defaults.Engine, parsed.GetValue(Device),
            parsed.GetValue(Precision) is { } name ? (Precision)Array.IndexOf(Engines.Precisions, name) : defaults.Precision,
            parsed.GetValue(CardMemory));
    }

    /// <summary>What reads and writes.</summary>
    internal static string CodecOf(ParseResult parsed) => parsed.GetValue(Codec) ?? Codecs.Names[0];

    private static Option<string?> OneOf(string option, string otherwise, string description, string[] names) => new(option)
    {
        Description = description,
        HelpName = string.Join('|', names),
        CustomParser = result => ParseName(result, otherwise, names),
        CompletionSources = { _ => names.Select(name => new CompletionItem(name)) },
    };

    private static string? ParseName(ArgumentResult result, string otherwise, string[] names)
    {
        var text = result.Tokens[0].Value;
        if (names.Contains(text)) return text;
        result.AddError($"'{text}' is {otherwise}; write {string.Join(" or ", names)}");
        return null;
    }

    private static string? ParseDevice(ArgumentResult result)
    {
        try
        {
            return Engines.DeviceOf(result.Tokens[0].Value);
        }
        catch (FormatException error)
        {
            result.AddError(error.Message);
            return null;
        }
    }
}
