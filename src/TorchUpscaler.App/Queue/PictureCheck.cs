using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>Checks a picture file before it is queued, by its header, as the worker will again.</summary>
internal sealed class PictureCheck(SubmitOptions options, IPictureCodec codec)
{
    private readonly ModelFolders _folders = new(options.Settings.Weights);
    private readonly ModelChooser _chooser = options.Settings.Chooser();
    private readonly PictureLimits _limits = new(options.Settings.Worker.MaxInputPixels, options.Settings.Worker.MaxOutputPixels);

    /// <summary>The model as the job asks for it: a file's whole path, as the worker has another working directory.</summary>
    internal string? Model => IsFile ? Path.GetFullPath(options.Model!) : options.Model;

    /// <summary>Checks a picture.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What its job is queued with, and its result's file name where that is known here.</returns>
    /// <exception cref="InputException">No picture, or too large, or it cannot be done as it was asked for.</exception>
    internal (CheckedPicture Picture, string? ResultName) Check(string path)
    {
        var header = codec.ReadHeader(path);
        _limits.Check(header);
        var format = options.Format ?? header.Format ?? PictureFormat.Png;
        if (!IsKnownHere) return (Checked(header, path, options.Model ?? $"x{options.Scale ?? 4}"), null);
        var choice = _chooser.Choose(Model ?? (options.Scale is null ? options.Settings.Worker.Model : null), options.Scale, header.Width, header.Height);
        _limits.Check(header, choice, format);
        var name = FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path)}_x{choice.Scale}{PictureFormats.Extension(format)}");
        return (Checked(header, path, choice.Name), name);
    }

    private bool IsFile => options.Model is { } model && (model.EndsWith(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase) || model.Contains('/'));

    // The models may be on the workers' machines only; then it is theirs to choose, and to refuse.
    private bool IsKnownHere => IsFile || (options.Model is { } model ? _folders.Find(model) is not null : _folders.All.Any(HasModels));

    private static bool HasModels(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*" + ModelFolders.Extension).Any();

    private CheckedPicture Checked(PictureHeader header, string path, string work)
    {
        // As its content says; where that is none of the formats that results have, as its name does.
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (header.Format is { } format) extension = PictureFormats.Extension(format);
        else if (!codec.InputExtensions.Contains(extension)) extension = "";
        return new CheckedPicture(header.Width, header.Height, extension, work);
    }
}
