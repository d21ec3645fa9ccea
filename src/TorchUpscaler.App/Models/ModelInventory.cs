using TorchUpscaler.Core;

namespace TorchUpscaler.App.Models;

/// <summary>A model file that was found: one of the last two is null.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Path">Its file.</param>
/// <param name="Model">What its header says.</param>
/// <param name="Fault">Why it cannot be used.</param>
internal sealed record FoundModel(string Name, string Path, InstalledModel? Model, string? Fault);

/// <summary>What the folders of models hold.</summary>
internal static class ModelInventory
{
    /// <summary>All models, by name; of two with one name the one that is taken.</summary>
    internal static IReadOnlyList<FoundModel> Of(ModelFolders folders) => [.. folders.Names().Select(name => Open(name, folders.Find(name)!))];

    private static FoundModel Open(string name, string path)
    {
        try
        {
            return new FoundModel(name, path, InstalledModel.Open(path), null);
        }
        catch (WeightsException error)
        {
            return new FoundModel(name, path, null, error.Message);
        }
    }
}
