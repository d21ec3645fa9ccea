using TorchUpscaler.Core;

namespace TorchUpscaler.Queue;

/// <summary>Checks a picture file before it is queued, by its header, as the worker will again.</summary>
/// <param name="codec">Reads the header.</param>
/// <param name="folders">Where models are looked for on this machine.</param>
/// <param name="chooser">Chooses models as the worker does.</param>
/// <param name="limits">How large pictures and results may be.</param>
/// <param name="usualModel">The model of jobs that ask for none and for no scale, or null: the best one.</param>
public sealed class PictureCheck(IPictureCodec codec, ModelFolders folders, ModelChooser chooser, PictureLimits limits, string? usualModel)
{
    /// <summary>Checks a picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name, whose extension is taken where the content's kind has none of its own.</param>
    /// <param name="model">The model that was asked for, or null.</param>
    /// <param name="scale">The scale that was asked for, or null.</param>
    /// <param name="format">The result's format, or null: the picture's own.</param>
    /// <returns>What its job is queued with, and how it will be made; null where that is the worker's to choose, as no models are here.</returns>
    /// <exception cref="InputException">No picture, or too large, or it cannot be done as it was asked for.</exception>
    public (CheckedPicture Picture, ModelChoice? Choice, PictureFormat Format) Check(string path, string name, string? model, int? scale, PictureFormat? format)
    {
        var header = codec.ReadHeader(path);
        limits.Check(header);
        var result = format ?? PictureFormats.InQueue(header.Format);
        if (!IsKnownHere(model)) return (Checked(header, name, WorkOf(model, scale)), null, result);
        var choice = chooser.Choose(model ?? (scale is null ? usualModel : null), scale, header.Width, header.Height);
        limits.Check(header, choice, result);
        return (Checked(header, name, choice.Name), choice, result);
    }

    /// <summary>Checks a picture's size alone, where how it will be made is the worker's to choose.</summary>
    /// <exception cref="InputException">No picture, or too large.</exception>
    public CheckedPicture CheckSize(string path, string name, string? model, int? scale)
    {
        var header = codec.ReadHeader(path);
        limits.Check(header);
        return Checked(header, name, WorkOf(model, scale));
    }

    // The models may be on the workers' machines only; then it is theirs to choose, and to refuse.
    private bool IsKnownHere(string? model) => model is null ? folders.Names().Count > 0 : IsFile(model) || folders.Find(model) is not null;

    private static string WorkOf(string? model, int? scale) => model ?? FormattableString.Invariant($"x{scale ?? 4}");

    private static bool IsFile(string model) => model.EndsWith(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase) || model.Contains('/');

    private CheckedPicture Checked(PictureHeader header, string name, string work)
    {
        // As its content says; where that is none of the formats that results have, as its name does.
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (header.Format is { } format) extension = PictureFormats.Extension(format);
        else if (!codec.InputExtensions.Contains(extension)) extension = "";
        // Whether alpha is opaque, which costs nothing, no header says.
        return new CheckedPicture(header.Width, header.Height, extension, header.Channels is 2 or 4 ? CheckedPicture.WithAlpha(work) : work);
    }
}
