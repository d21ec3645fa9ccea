namespace TorchUpscaler.Core;

/// <summary>The folders in which models are looked for, in order.</summary>
/// <param name="weightsFolder">What <c>--weights</c> says, or null.</param>
public sealed class ModelFolders(string? weightsFolder)
{
    /// <summary>The setting that names a folder of models.</summary>
    public const string Variable = "TORCHUPSCALER_WEIGHTS";

    /// <summary>How a model's file name ends.</summary>
    public const string Extension = ".safetensors";

    /// <summary>The folders: <c>--weights</c>, the setting's, <c>weights/</c> under the working directory, and beside the program.</summary>
    public IEnumerable<string> All
    {
        get
        {
            if (weightsFolder is not null) yield return weightsFolder;
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) yield return variable;
            yield return "weights";
            yield return Path.Combine(AppContext.BaseDirectory, "weights");
        }
    }

    /// <summary>The file of the model of this name, or null where none of the folders has it.</summary>
    public string? Find(string name) => All.Select(folder => Path.Combine(folder, name + Extension)).FirstOrDefault(File.Exists);

    /// <summary>The names of all models that are there, sorted; a folder that cannot be read has none.</summary>
    public IReadOnlyList<string> Names() => [.. All.SelectMany(FilesIn).Select(path => Path.GetFileNameWithoutExtension(path)).Distinct().Order(StringComparer.Ordinal)];

    private static string[] FilesIn(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Extension) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The command that gets a model, for advice.</summary>
    public static string PullCommand(string name) => WeightsCommand($"pull {name}");

    /// <summary>The command of the weight tool with these arguments, for advice.</summary>
    public static string WeightsCommand(string arguments) => WeightsCommand(arguments, AppContext.BaseDirectory);

    // Where both programs have been published into one folder, as in the container images, there is no repository to run it from.
    internal static string WeightsCommand(string arguments, string programs)
    {
        var tool = Path.Combine(programs, "weights");
        var isBeside = File.Exists(tool) && File.Exists(Path.Combine(programs, "torchupscaler"));
        return $"{(isBeside ? tool : "dotnet run -c Release --project tools/WeightConverter --")} {arguments}";
    }
}
