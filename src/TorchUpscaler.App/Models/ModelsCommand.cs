using System.Text.Json;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Models;

/// <summary><c>torchupscaler models</c>: what is installed, what would be taken, what can be had.</summary>
/// <param name="folders">Where models are looked for.</param>
/// <param name="output">Standard output.</param>
internal sealed class ModelsCommand(ModelFolders folders, TextWriter output)
{
    private const int Large = (int)ModelChooser.DefaultFastAbovePixels + 1;

    private static readonly int[] Scales = [2, 4, 8];

    private readonly IReadOnlyList<FoundModel> _found = ModelInventory.Of(folders);

    /// <summary>Writes the lists.</summary>
    /// <param name="json">As one line of JSON.</param>
    /// <returns>The exit code.</returns>
    internal int Run(bool json)
    {
        if (json) JsonLine.Write(output, JsonLine.Of(WriteJson), "the list of models");
        else JsonLine.Write(output, string.Join('\n', Lines()), "the list of models");
        return ExitCodes.Done;
    }

    private IEnumerable<string> Lines()
    {
        yield return $"Models are looked for in {string.Join(", ", folders.All.Select(Display.Text))}.";
        yield return "";
        yield return _found.Count == 0 ? "None is installed." : "Installed:";
        foreach (var found in _found)
        {
            if (found.Model is not { } model)
            {
                yield return Display.Text($"  {found.Name,-18}cannot be used: {found.Fault}");
                continue;
            }
            yield return Display.Text(FormattableString.Invariant($"  {found.Name,-18}{model.Network.Kind} ×{model.Network.Scale}{ForGrey(model)}, {found.Path}"));
            yield return Display.Text($"  {"",-18}from {About(model, "source")}; licence: {About(model, "licence")}");
        }

        yield return "";
        yield return "Taken without -m:";
        foreach (var scale in Scales)
        {
            yield return Display.Text(FormattableString.Invariant($"  ×{scale,-17}{Describe(scale, pixels: 1)}"));
            if (NameOf(scale, Large) != NameOf(scale, pixels: 1)) yield return Display.Text($"  {"",-18}{Describe(scale, Large)}");
        }

        var missing = Catalogue.Models().Where(model => _found.All(found => found.Name != model.Name)).ToList();
        if (missing.Count == 0) yield break;
        yield return "";
        yield return $"Can be had with: {ModelFolders.PullCommand("NAME")}";
        foreach (var model in missing) yield return $"  {model.Name,-18}{model.Network} {model.About}; licence: {string.Join(", or ", model.Licences)}";
    }

    private void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartArray("folders");
        foreach (var folder in folders.All) json.WriteStringValue(folder);
        json.WriteEndArray();

        json.WriteStartArray("installed");
        foreach (var found in _found)
        {
            json.WriteStartObject();
            json.WriteString("name", found.Name);
            json.WriteString("path", found.Path);
            if (found.Model is { } model)
            {
                json.WriteString("network", model.Network.Kind);
                json.WriteNumber("scale", model.Network.Scale);
                json.WriteNumber("channels", model.Network.InputChannels);
                json.WriteString("source", model.Metadata.GetValueOrDefault("source"));
                json.WriteString("licence", model.Metadata.GetValueOrDefault("licence"));
            }
            else
            {
                json.WriteString("error", found.Fault);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();

        json.WriteStartObject("taken");
        foreach (var scale in Scales)
        {
            var (choice, fault) = Choose(scale, pixels: 1);
            json.WriteStartObject(FormattableString.Invariant($"{scale}"));
            if (choice is null) json.WriteString("error", fault);
            else json.WriteString("model", choice.Name);
            if (choice?.Note is { } note) json.WriteString("note", note);
            if (NameOf(scale, Large) is { } large && large != choice?.Name) json.WriteString("large", large);
            json.WriteEndObject();
        }
        json.WriteEndObject();

        json.WriteStartArray("catalogue");
        foreach (var model in Catalogue.Models())
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteString("network", model.Network);
            json.WriteString("about", model.About);
            json.WriteString("licence", string.Join(", or ", model.Licences));
            json.WriteBoolean("installed", _found.Any(found => found.Name == model.Name));
            json.WriteString("command", ModelFolders.PullCommand(model.Name));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private string? NameOf(int scale, int pixels) => Choose(scale, pixels).Choice?.Name;

    private string? Describe(int scale, int pixels)
    {
        var (choice, fault) = Choose(scale, pixels);
        if (choice is null) return fault;
        // A picture just above the limit stands for all of them.
        var note = pixels == Large ? $"above {ModelChooser.DefaultFastAbovePixels / 1_000_000} megapixels" : choice.Note;
        return note is null ? choice.Name : $"{choice.Name} ({note})";
    }

    private (ModelChoice? Choice, string? Fault) Choose(int scale, int pixels)
    {
        try
        {
            return (new ModelChooser(folders).Choose(null, scale, pixels, height: 1), null);
        }
        catch (WeightsException error)
        {
            return (null, error.Message);
        }
    }

    private static string About(InstalledModel model, string key) => model.Metadata.GetValueOrDefault(key) ?? "unknown, the file does not say";

    private static string ForGrey(InstalledModel model) => model.Network.InputChannels == 1 ? " for grey pictures" : "";
}
