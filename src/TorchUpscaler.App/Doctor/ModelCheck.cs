using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>Every installed model, tried on a small picture.</summary>
/// <param name="folders">Where models are looked for.</param>
/// <param name="engine">Runs them.</param>
internal sealed class ModelCheck(ModelFolders folders, EngineChoice engine)
{
    /// <summary>
    /// How far the result, shrunk back, may lie from the picture on average, white being 1. Networks that enlarge restore and
    /// sharpen: x4plus and x4fast come to 0.015. Weights that were never trained come to 0.1 and more.
    /// </summary>
    internal const double LargestDistance = 0.04;

    private readonly Picture[] _pictures = [TestPicture.Make(channels: 1), TestPicture.Make(channels: 3)];

    /// <summary>A finding for each model.</summary>
    /// <param name="cancellation">Looked at between steps.</param>
    internal IEnumerable<Finding> Findings(CancellationToken cancellation)
    {
        var found = ModelInventory.Of(folders);
        if (found.Count == 0)
        {
            yield return new Finding("models", Level.Broken, $"none is in {string.Join(", ", folders.All)}", $"get one with: {ModelFolders.PullCommand("x4plus")}");
        }
        foreach (var model in found) yield return model.Model is { } installed ? Try(installed, cancellation) : Broken(model.Name, model.Fault!, Again(model.Name));
    }

    private Finding Try(InstalledModel model, CancellationToken cancellation)
    {
        try
        {
            var watch = Stopwatch.StartNew();
            var picture = _pictures[model.Network.InputChannels == 1 ? 0 : 1];
            using var models = new LoadedModels(engine.Open(static _ => { }));
            var loaded = models.Load(new ModelChoice([model], model.Network.Scale))[0];
            var one = ModelTrial.Run(loaded, picture, new RunOptions { Threads = 1 }, cancellation);
            var several = ModelTrial.Run(loaded, picture, new RunOptions { Threads = Math.Max(2, Environment.ProcessorCount) }, cancellation);
            return Judge(model, one, several, picture, watch.Elapsed);
        }
        catch (WeightsException error)
        {
            return Broken(model.Name, error.Message, Again(model.Name));
        }
        catch (DoesNotFitException error)
        {
            return new Finding("models", Level.Warning, $"{model.Name} cannot be tried: {error.Message}") { Values = json => json.WriteString("model", model.Name) };
        }
    }

    /// <summary>What the results say of the model and of the engine.</summary>
    internal static Finding Judge(InstalledModel model, float[] one, float[] several, Picture picture, TimeSpan time)
    {
        var network = FormattableString.Invariant($"{model.Network.Kind} ×{model.Network.Scale}");
        if (!one.AsSpan().SequenceEqual(several))
            return Broken(model.Name, "its result depends on the number of threads", "this is a fault of the program or of the machine's memory: run it again, and report it if it stays");
        if (one.All(sample => sample == one[0]))
            return Broken(model.Name, "its result has one value everywhere", Again(model.Name));

        var distance = TestPicture.Distance(picture, one, model.Network.Scale);
        var text = string.Create(CultureInfo.InvariantCulture, $"{model.Name} ({network}): 64×64 pixels twice in {time.TotalSeconds:0.0} s, the result is {distance:0.000} from the picture");
        return distance <= LargestDistance
            ? Of(Level.Ok, text, null)
            : Of(Level.Warning, string.Create(CultureInfo.InvariantCulture, $"{text}, more than the {LargestDistance} of a network that enlarges photos"),
                $"if its results look wrong, the weights are not what they are said to be; {Again(model.Name)}");

        Finding Of(Level level, string said, string? advice) => new("models", level, said, advice)
        {
            Values = json =>
            {
                json.WriteString("model", model.Name);
                json.WriteNumber("seconds", Math.Round(time.TotalSeconds, 3));
                json.WriteNumber("distance", Math.Round(distance, 4));
            },
        };
    }

    private static Finding Broken(string model, string fault, string advice) =>
        new("models", Level.Broken, fault.Contains(model, StringComparison.Ordinal) ? fault : $"{model}: {fault}", advice) { Values = json => json.WriteString("model", model) };

    private static string Again(string name) => Catalogue.Models().Any(model => model.Name == name)
        ? $"get it again with: {ModelFolders.PullCommand(name)} --force"
        : "get it again from where it came, and convert it";
}
