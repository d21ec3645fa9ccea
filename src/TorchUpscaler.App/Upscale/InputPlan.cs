using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>One picture to do.</summary>
/// <param name="Path">The file, as given or as found in a given folder.</param>
/// <param name="Fault">Why it cannot be done at all, or null.</param>
/// <param name="Folder">Its folder within the one that was given, or empty.</param>
internal sealed record PlannedInput(string Path, string? Fault = null, string Folder = "");

/// <summary>The pictures behind the files and folders that were given.</summary>
internal sealed class InputPlan
{
    private InputPlan(IReadOnlyList<PlannedInput> pictures, bool isSingle, int leftOut = 0) => (Pictures, IsSingle, LeftOut) = (pictures, isSingle, leftOut);

    /// <summary>The pictures, each once, in the order given; those of a folder by name.</summary>
    internal IReadOnlyList<PlannedInput> Pictures { get; }

    /// <summary>Whether one file was given: its faults are the whole run's, and an existing result is an error.</summary>
    internal bool IsSingle { get; }

    /// <summary>How many files of the folders were taken for results of earlier runs, and are not among the pictures.</summary>
    internal int LeftOut { get; }

    /// <summary>Finds the pictures.</summary>
    /// <param name="options">Files and folders, as given, and where the results go.</param>
    /// <param name="extensions">Of the files in a folder that are pictures, with their dots.</param>
    /// <exception cref="PictureException">The only input is missing, or a folder without pictures.</exception>
    internal static InputPlan Of(UpscaleOptions options, IReadOnlySet<string> extensions)
    {
        var inputs = options.Inputs;
        if (inputs is [StandardStreams.Name]) return new InputPlan([new PlannedInput(StandardStreams.Name)], isSingle: true);
        if (inputs.Contains(StandardStreams.Name))
            throw new InputException("standard input (-) is one picture; give it alone, or ./- for a file of that name");

        var leftOut = new HashSet<string>(StringComparer.Ordinal);
        var pictures = inputs.SelectMany(input => Expand(input, options, extensions, leftOut))
            .DistinctBy(picture => picture.Fault ?? Path.GetFullPath(picture.Path)).ToList();
        leftOut.ExceptWith(pictures.Select(picture => Path.GetFullPath(picture.Path))); // those that were given by name
        if (inputs.Count == 1 && pictures is [{ Fault: { } fault }]) throw new PictureException(fault);
        return new InputPlan(pictures, inputs.Count == 1 && !Directory.Exists(inputs[0]), leftOut.Count);
    }

    private static List<PlannedInput> Expand(string input, UpscaleOptions options, IReadOnlySet<string> extensions, HashSet<string> leftOut)
    {
        if (input.Length == 0) return [new PlannedInput(input, "the name of a picture is empty; give a file or a folder")];
        if (SpecialFile.IsAt(input)) return [new PlannedInput(input, $"{input} is no regular file; give a file, or - for standard input")];
        if (File.Exists(input)) return [new PlannedInput(input)];
        if (!Directory.Exists(input)) return [new PlannedInput(input, $"{input}: there is no such file or folder")];

        var folder = new PictureFolder(input, extensions, options.Output);
        var pictures = folder.Pictures(options.Recursive);
        leftOut.UnionWith(folder.LeftOut.Select(Path.GetFullPath));
        if (pictures.Count > 0) return pictures;
        var advice = options.Recursive ? "" : "; --recursive looks into the folders within";
        return [new PlannedInput(input, $"{input}: the folder has no pictures ({string.Join(' ', extensions)}){advice}")];
    }
}
