using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Where the results go and in which format.</summary>
internal sealed class OutputPlan
{
    private readonly string? _file;
    private readonly string? _folder;
    private readonly PictureFormat? _format;
    private readonly ResultNames _names;

    private OutputPlan(string? file, string? folder, PictureFormat? format, InputPlan inputs)
    {
        _file = file;
        _folder = folder;
        _format = format;
        _names = new ResultNames(inputs.Pictures, FolderFor, input => PictureFormats.Extension(FormatFor(PictureFormats.FromPath(input.Path))));
    }

    /// <summary>Works out the meaning of <c>-o</c> and <c>-f</c>.</summary>
    /// <exception cref="InputException">They contradict each other or the inputs.</exception>
    internal static OutputPlan Of(UpscaleOptions options, InputPlan inputs)
    {
        if (options.Output is not { } output)
        {
            if (inputs.Pictures is [{ Path: StandardStreams.Name }])
                throw new InputException("the result of standard input has no name; give it one with -o, or -o - for standard output");
            return new OutputPlan(null, null, options.Format, inputs);
        }
        if (output.Length == 0) throw new InputException("-o names nothing; give it a file or a folder");
        if (output == StandardStreams.Name)
        {
            if (!inputs.IsSingle) throw new InputException("standard output takes one picture; with several pictures -o names a folder");
            if (options.Json) throw new InputException("standard output takes the picture or the report of --json, not both; leave one out");
            return new OutputPlan(output, null, options.Format, inputs);
        }
        if (!inputs.IsSingle || Directory.Exists(output) || output.EndsWith('/'))
        {
            // Whoever means a folder of such a name makes it, or says so with a slash.
            if (!output.EndsWith('/') && !Directory.Exists(output) && !File.Exists(output) && PictureFormats.FromPath(output) is not null)
                throw new InputException($"{output} is the name of one picture, and there are several or a folder of them; let -o name a folder ({output}/ if it is to be called so)");
            if (inputs.Pictures is [{ Path: StandardStreams.Name }])
                throw new InputException($"the result of standard input has no name of its own, and {output} is a folder; let -o name a file");
            if (File.Exists(output)) throw new InputException($"{output} is a file; with several pictures -o names a folder");
            return new OutputPlan(null, output, options.Format, inputs);
        }

        var named = PictureFormats.FromPath(output);
        if (named is null && options.Format is null)
            throw new InputException($"{output} does not say the result's format; let its name end in {OptionParsers.FormatNames}, or give -f");
        if (named is not null && options.Format is not null && named != options.Format)
            throw new InputException($"{output} and -f name different formats; leave one out");
        return new OutputPlan(output, null, named ?? options.Format, inputs);
    }

    /// <summary>The result's format for an input of the given format.</summary>
    internal PictureFormat FormatFor(PictureFormat? input) => _format ?? input ?? PictureFormat.Png;

    /// <summary>The result's path: the one given, or <c>NAME_x4.EXT</c> in the folder given or beside the input.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="size">What the name says of the size: <c>x4</c>.</param>
    /// <param name="format">The result's format.</param>
    internal string PathFor(PlannedInput input, string size, PictureFormat format) => _file ?? PathFor(input, _names.Of(input), size, format);

    /// <summary>A path that bears a longer name of the input, for where the usual one is another picture's.</summary>
    internal string OtherPathFor(PlannedInput input, string size, PictureFormat format) =>
        _file ?? PathFor(input, _names.LongerOf(input), size, format);

    /// <summary>Makes the folder of a result where <c>-o</c> names a folder, if it is not there; a file's folder must be.</summary>
    /// <exception cref="InputException">It is not there or cannot be made.</exception>
    internal void PrepareFolder(PlannedInput input)
    {
        if (_file is not null && Path.GetDirectoryName(Path.GetFullPath(_file)) is { } parent && !Directory.Exists(parent))
            throw new InputException($"the folder {parent} does not exist; make it, or choose another one with -o");
        if (_folder is null) return;
        try
        {
            Directory.CreateDirectory(FolderFor(input));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the folder {FolderFor(input)} cannot be made; choose another one with -o ({error.Message})", error);
        }
    }

    private string FolderFor(PlannedInput input) =>
        _folder is null ? Path.GetDirectoryName(input.Path) ?? "" : Path.Combine(_folder, input.Folder);

    private string PathFor(PlannedInput input, string name, string size, PictureFormat format) =>
        Path.Combine(FolderFor(input), $"{name}_{size}{PictureFormats.Extension(format)}");
}
