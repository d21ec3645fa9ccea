using System.Text.Json;

namespace TorchUpscaler.App.Models;

/// <summary>A model that can be pulled.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Network">The kind of its network.</param>
/// <param name="About">Its scale and what it is for.</param>
/// <param name="Licences">The licences of the weights, each once.</param>
internal sealed record CatalogueModel(string Name, string Network, string About, IReadOnlyList<string> Licences);

/// <summary>What can be pulled: <c>weights/models.json</c>, which is built into the program.</summary>
internal static class Catalogue
{
    /// <summary>The models, in the file's order.</summary>
    internal static IReadOnlyList<CatalogueModel> Models()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("models.json")!;
        using var json = JsonDocument.Parse(stream);
        return
        [
            .. json.RootElement.GetProperty("models").EnumerateArray().Select(model => new CatalogueModel(
                Text(model, "name"), Text(model, "network"), Text(model, "about"),
                [.. model.GetProperty("sources").EnumerateArray().Select(source => Text(source, "licence")).Distinct()])),
        ];
    }

    /// <summary>The names of the models.</summary>
    internal static IReadOnlyList<string> Names() => [.. Models().Select(model => model.Name)];

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString()!;
}
