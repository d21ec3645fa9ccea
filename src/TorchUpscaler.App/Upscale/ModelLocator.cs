using System.Globalization;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Finds the model that was asked for, or the best one that is installed.</summary>
/// <param name="folders">Where to look.</param>
internal sealed class ModelLocator(ModelFolders folders)
{
    // What is taken without -m, best first.
    private static readonly Dictionary<int, string[]> Defaults = new()
    {
        [2] = ["sber-x2", "x2plus"],
        [4] = ["sber-x4", "x4plus"],
        [8] = ["sber-x8"],
    };

    /// <summary>Opens the model.</summary>
    /// <param name="model">A catalogue name, the path of a safetensors file, or null.</param>
    /// <param name="scale">The scale that was asked for, or null.</param>
    /// <exception cref="WeightsException">Not installed, damaged, or of another scale; the message says what to do.</exception>
    internal ModelFile Open(string? model, int? scale)
    {
        var opened = ModelFile.Open(model is null ? FindDefault(scale ?? 4) : Find(model));
        try
        {
            Check(opened, scale);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private string FindDefault(int scale)
    {
        if (!Defaults.TryGetValue(scale, out var names))
            throw new WeightsException(Invariant($"no model enlarges ×{scale} by itself; choose -s 2, 4 or 8, or a model of your own with -m"));
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

    private static void Check(ModelFile model, int? scale)
    {
        var network = model.Network;
        if (scale is not null && scale != network.Scale)
            throw new WeightsException(Invariant(
                $"the model {model.Name} enlarges ×{network.Scale}, not ×{scale}; use -s {network.Scale}, or another model with -m"));
        if (network.InputChannels is not (1 or 3) || network.OutputChannels != network.InputChannels)
            throw new WeightsException(Invariant(
                $"the model {model.Name} makes {network.OutputChannels} channels of {network.InputChannels}; models for photos take 3 or 1 and make as many"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
