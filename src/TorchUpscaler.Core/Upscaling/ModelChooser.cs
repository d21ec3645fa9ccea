namespace TorchUpscaler.Core;

/// <summary>Chooses the model for a picture: the one that was asked for, or the best one that is installed.</summary>
/// <param name="folders">Where to look.</param>
public sealed class ModelChooser(ModelFolders folders)
{
    private const string FastModel = "x4fast";

    // What is taken where no model is asked for, best first.
    private static readonly Dictionary<int, string[]> Defaults = new()
    {
        [2] = ["sber-x2", "x2plus"],
        [4] = ["sber-x4", "x4plus"],
        [8] = ["sber-x8"],
    };

    /// <summary>Pictures of more pixels are made with the fast model where it is installed and no model is asked for; 0: none.</summary>
    public long FastAbovePixels { get; init; }

    /// <summary>Chooses.</summary>
    /// <param name="model">A catalogue name, the path of a safetensors file, or null.</param>
    /// <param name="scale">The scale that was asked for, or null for the model's own.</param>
    /// <param name="width">Pixels in a row of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <exception cref="WeightsException">Not installed, damaged, or of another scale; the message says what to do.</exception>
    public ModelChoice Choose(string? model, int? scale, int width, int height)
    {
        var chosen = InstalledModel.Open(model is null ? FindDefault(scale ?? 4) : Find(model));
        if (scale is not null && scale != chosen.Network.Scale)
        {
            throw new WeightsException(FormattableString.Invariant(
                $"the model {chosen.Name} enlarges ×{chosen.Network.Scale}, not ×{scale}; use -s {chosen.Network.Scale}, or another model with -m"));
        }
        return new ModelChoice([chosen], chosen.Network.Scale);
    }

    private string FindDefault(int scale)
    {
        if (!Defaults.TryGetValue(scale, out var names))
            throw new WeightsException(FormattableString.Invariant($"no model enlarges ×{scale} by itself; choose -s 2, 4 or 8, or a model of your own with -m"));
        return names.Select(folders.Find).FirstOrDefault(path => path is not null) ?? throw NotInstalled(names[^1]);
    }

    private string Find(string model)
    {
        if (File.Exists(model) && !Path.GetExtension(model).Equals(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase))
            throw new WeightsException($"{model} is not a safetensors file; convert it first: {ModelFolders.WeightsCommand($"convert {model}")}");
        if (model.EndsWith(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase) || model.Contains('/'))
            return File.Exists(model) ? model : throw new WeightsException($"there is no model file {model}; check the path given with -m");
        return folders.Find(model) ?? throw NotInstalled(model);
    }

    private WeightsException NotInstalled(string name) => new(
        $"the model {name} is not in {string.Join(", ", folders.All)}; get it with: {ModelFolders.WeightsCommand($"pull {name}")}");
}
