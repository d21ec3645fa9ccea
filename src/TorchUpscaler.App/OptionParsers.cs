using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;

namespace TorchUpscaler.App;

/// <summary>How options' texts are read, the same in every command.</summary>
internal static class OptionParsers
{
    /// <summary>What can be written as a result's format.</summary>
    internal const string FormatNames = "png, jpg, webp, avif or tiff";

    /// <summary>What can be asked for as the format of a queue's results. AVIF takes too long in one call for a worker that is to stop at any time.</summary>
    internal const string QueueFormatNames = "png, jpg or webp";

    /// <summary>A whole number within bounds.</summary>
    internal static long? Number(ArgumentResult result, long low, long high)
    {
        var text = result.Tokens[0].Value;
        if (WholeNumber(text, low, high) is { } number) return number;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a whole number from {low} to {high} for {NameOf(result)}"));
        return null;
    }

    /// <summary>The whole number that a text is, or null.</summary>
    internal static long? WholeNumber(string text, long low, long high) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high ? number : null;

    /// <summary>A result's format.</summary>
    internal static PictureFormat? Format(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (PictureFormats.FromName(text) is { } format) return format;
        result.AddError($"'{text}' is no format for results; write {FormatNames}");
        return null;
    }

    /// <summary>The format of a queue's results.</summary>
    internal static PictureFormat? QueueFormat(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (PictureFormats.FromName(text) is { } format and (PictureFormat.Png or PictureFormat.Jpeg or PictureFormat.WebP)) return format;
        result.AddError($"'{text}' is no format for a queue's results; write {QueueFormatNames}");
        return null;
    }

    /// <summary>What begins with a dash and is no option would else pass for a picture.</summary>
    internal static void RefuseUnknownOptions(ArgumentResult result)
    {
        var unknown = result.Tokens.Select(token => token.Value).FirstOrDefault(t => t.StartsWith('-') && t != StandardStreams.Name && !Path.Exists(t));
        if (unknown is not null) result.AddError($"there is no option {unknown}");
    }

    /// <summary>The name of what a text was given for.</summary>
    internal static string NameOf(ArgumentResult result) => (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;

    /// <summary>An amount of memory, in bytes.</summary>
    internal static long? Memory(ArgumentResult result)
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
}
