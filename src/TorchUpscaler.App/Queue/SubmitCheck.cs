using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>Checks a picture file before it is submitted.</summary>
internal sealed class SubmitCheck(SubmitOptions options, IPictureCodec codec)
{
    private readonly PictureCheck _check = options.Settings.Check(codec);

    /// <summary>The model as the job asks for it: a file's whole path, as the worker has another working directory.</summary>
    internal string? Model => IsFile ? Path.GetFullPath(options.Model!) : options.Model;

    /// <summary>Checks a picture.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What its job is queued with, and its result's file name where that is known here.</returns>
    /// <exception cref="InputException">No picture, or too large, or it cannot be done as it was asked for.</exception>
    internal (CheckedPicture Picture, string? ResultName) Check(string path)
    {
        var (picture, choice, format) = _check.Check(path, path, Model, options.Scale, options.Format);
        var name = choice is null ? null : FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path)}_x{choice.Scale}{PictureFormats.Extension(format)}");
        return (picture, name);
    }

    private bool IsFile => options.Model is { } model && (model.EndsWith(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase) || model.Contains('/'));
}
