using System.Text.RegularExpressions;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>One picture to do.</summary>
/// <param name="Path">The file, as given or as found in a given folder.</param>
/// <param name="Fault">Why it cannot be done at all, or null.</param>
internal sealed record PlannedInput(string Path, string? Fault = null);

/// <summary>The pictures behind the files and folders that were given.</summary>
internal sealed partial class InputPlan
{
    private InputPlan(IReadOnlyList<PlannedInput> pictures, bool isSingle)
    {
        Pictures = pictures;
        IsSingle = isSingle;
    }

    /// <summary>The pictures, each once, in the order given; those of a folder by name.</summary>
    internal IReadOnlyList<PlannedInput> Pictures { get; }

    /// <summary>Whether one file was given: its faults are the whole run's, and an existing result is an error.</summary>
    internal bool IsSingle { get; }

    /// <summary>Finds the pictures.</summary>
    /// <param name="inputs">Files and folders, as given.</param>
    /// <param name="extensions">Of the files in a folder that are pictures, with their dots.</param>
    /// <exception cref="PictureException">The only input is missing, or a folder without pictures.</exception>
    internal static InputPlan Of(IReadOnlyList<string> inputs, IReadOnlySet<string> extensions)
    {
        var pictures = inputs.SelectMany(input => Expand(input, extensions))
            .DistinctBy(picture => picture.Fault ?? Path.GetFullPath(picture.Path)).ToList();
        if (inputs.Count == 1 && pictures is [{ Fault: { } fault }]) throw new PictureException(fault);
        return new InputPlan(pictures, inputs.Count == 1 && !Directory.Exists(inputs[0]));
    }

    private static List<PlannedInput> Expand(string input, IReadOnlySet<string> extensions)
    {
        if (File.Exists(input)) return [new PlannedInput(input)];
        if (!Directory.Exists(input)) return [new PlannedInput(input, $"{input}: there is no such file or folder")];

        string[] files;
        try
        {
            files = Directory.GetFiles(input).Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [new PlannedInput(input, $"{input}: the folder cannot be read: {error.Message}")];
        }

        var sources = files.Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);
        var pictures = files.Where(file => !IsResult(file, sources)).Select(file => new PlannedInput(file)).ToList();
        return pictures.Count > 0
            ? pictures
            : [new PlannedInput(input, $"{input}: the folder has no pictures ({string.Join(' ', extensions)})")];
    }

    // cat_x4.png beside cat.jpg is what an earlier run made of it; alone it is a picture like any other.
    private static bool IsResult(string file, HashSet<string?> names) =>
        ResultName().Match(Path.GetFileNameWithoutExtension(file)) is { Success: true } match && names.Contains(match.Groups[1].Value);

    [GeneratedRegex(@"\A(.+)_x[1248]\z", RegexOptions.Singleline)] // a name may have a newline in it
    private static partial Regex ResultName();
}
