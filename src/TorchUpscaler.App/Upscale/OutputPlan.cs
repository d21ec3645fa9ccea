using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Where the results go and in which format.</summary>
internal sealed class OutputPlan
{
    private readonly string? _file;
    private readonly string? _folder;
    private readonly PictureFormat? _format;

    private OutputPlan(string? file, string? folder, PictureFormat? format)
    {
        _file = file;
        _folder = folder;
        _format = format;
    }

    /// <summary>Works out the meaning of <c>-o</c> and <c>-f</c>.</summary>
    /// <exception cref="InputException">They contradict each other or the inputs.</exception>
    internal static OutputPlan Of(UpscaleOptions options, InputPlan inputs)
    {
        if (options.Output is not { } output) return new OutputPlan(null, null, options.Format);
        if (output.Length == 0) throw new InputException("-o names nothing; give it a file or a folder");
        if (!inputs.IsSingle || Directory.Exists(output) || output.EndsWith('/'))
        {
            if (File.Exists(output)) throw new InputException($"{output} is a file; with several pictures -o names a folder");
            return new OutputPlan(null, output, options.Format);
        }

        var named = PictureFormats.FromPath(output);
        if (named is null && options.Format is null)
            throw new InputException($"{output} does not say the result's format; let its name end in {UpscaleArguments.FormatNames}, or give -f");
        if (named is not null && options.Format is not null && named != options.Format)
            throw new InputException($"{output} and -f name different formats; leave one out");
        return new OutputPlan(output, null, named ?? options.Format);
    }

    /// <summary>The result's format for an input of the given format.</summary>
    internal PictureFormat FormatFor(PictureFormat? input) => _format ?? input ?? PictureFormat.Png;

    /// <summary>The result's path: the one given, or <c>NAME_x4.EXT</c> in the folder given or beside the input.</summary>
    internal string PathFor(string input, int scale, PictureFormat format)
    {
        if (_file is not null) return _file;
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileNameWithoutExtension(input)}_x{scale}{PictureFormats.Extension(format)}");
        return Path.Combine(_folder ?? Path.GetDirectoryName(input) ?? "", name);
    }

    /// <summary>Makes the folder that <c>-o</c> names, if it is not there; a file's folder must be.</summary>
    /// <exception cref="InputException">It is not there or cannot be made.</exception>
    internal void PrepareFolder()
    {
        if (_file is not null && Path.GetDirectoryName(Path.GetFullPath(_file)) is { } parent && !Directory.Exists(parent))
            throw new InputException($"the folder {parent} does not exist; make it, or choose another one with -o");
        if (_folder is null) return;
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the folder {_folder} cannot be made; choose another one with -o ({error.Message})", error);
        }
    }
}
