using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>Where a build has two engines, whether they agree: both run the largest installed network on a small picture.</summary>
/// <param name="folders">Where models are looked for.</param>
/// <param name="cpu">The CPU engine.</param>
/// <param name="torch">The Torch engine, or null where this build has none.</param>
internal sealed class EngineCheck(ModelFolders folders, EngineChoice cpu, EngineChoice? torch)
{
    /// <summary>How far the same network's results may be apart: at most so many levels of 255, and at most that share of the bytes (or two, if that is more).</summary>
    internal sealed record Bar(int Levels, double Share);

    /// <summary>fp32 against fp32: only the order of additions is another one.</summary>
    internal static readonly Bar Exact = new(1, 0.0005);

    /// <summary>fp16 against fp32.</summary>
    internal static readonly Bar Half = new(3, 0.15);

    /// <summary>A finding for each precision in which the Torch engine computes; none where there is nothing to compare.</summary>
    /// <param name="cancellation">Looked at between steps.</param>
    internal IEnumerable<Finding> Findings(CancellationToken cancellation)
    {
        var models = ModelInventory.Of(folders).Select(found => found.Model).OfType<InstalledModel>();
        return torch is null || models.MaxBy(model => NetworkCost.PerPixel(model.Network)) is not { } largest ? [] : Compare(largest, torch, cancellation);
    }

    private List<Finding> Compare(InstalledModel model, EngineChoice torch, CancellationToken cancellation)
    {
        var picture = TestPicture.Make(model.Network.InputChannels);
        List<Finding> findings = [];
        try
        {
            var (reference, ours) = Run(cpu, model, picture, [Precision.Float32], [], cancellation)[0];
            // On a card the usual precision is tried too; on the processor there is one only.
            Precision[] precisions = torch.IsOnCpu ? [Precision.Float32] : [Precision.Float32, Precision.Auto];
            List<string> notices = [];
            var results = Run(torch, model, picture, precisions, notices, cancellation);
            findings.AddRange(precisions.Zip(results, (precision, result) => Judge(model.Name, precision, reference, ours, result.Samples, result.Time)));
            findings.AddRange(notices.Select(notice => new Finding("engines", Level.Warning, notice)));
        }
        catch (WeightsException error)
        {
            findings.Add(Broken(error.Message));
        }
        catch (InputException error)
        {
            findings.Add(new Finding("engines", Level.Warning, $"the Torch engine cannot be compared: {error.Message}"));
        }
        return findings;
    }

    /// <summary>What two results say of the engines.</summary>
    internal static Finding Judge(string model, Precision precision, float[] reference, TimeSpan ours, float[] result, TimeSpan theirs)
    {
        var (different, worst) = (0, 0);
        for (var i = 0; i < reference.Length; i++)
        {
            var levels = Math.Abs(Level8(reference[i]) - Level8(result[i]));
            if (levels > 0) different++;
            worst = Math.Max(worst, levels);
        }
        var bar = precision == Precision.Float32 ? Exact : Half;
        var share = (double)different / reference.Length;
        var isWell = worst <= bar.Levels && different <= Math.Max(2, bar.Share * reference.Length);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{model} on 64×64 pixels by torch ({Engines.Precisions[(int)precision]}, {theirs.TotalSeconds:0.00} s) and by cpu ({ours.TotalSeconds:0.00} s): {share * 100:0.###} % of the bytes differ, by {worst} of 255 at most");
        return (isWell ? new Finding("engines", Level.Ok, text) : Broken(string.Create(CultureInfo.InvariantCulture, $"{text}, which is more than {bar.Share * 100:0.###} % by {bar.Levels}"))) with
        {
            Values = json =>
            {
                json.WriteString("model", model);
                json.WriteString("precision", Engines.Precisions[(int)precision]);
                json.WriteNumber("different", Math.Round(share, 6));
                json.WriteNumber("levels", worst);
                json.WriteNumber("torchSeconds", Math.Round(theirs.TotalSeconds, 3));
                json.WriteNumber("cpuSeconds", Math.Round(ours.TotalSeconds, 3));
            },
        };
    }

    private static List<(float[] Samples, TimeSpan Time)> Run(
        EngineChoice engine, InstalledModel model, Picture picture, Precision[] precisions, List<string> notices, CancellationToken cancellation)
    {
        using var models = new LoadedModels(engine.Open(notices.Add));
        var loaded = models.Load(new ModelChoice([model], model.Network.Scale))[0];
        List<(float[], TimeSpan)> results = [];
        foreach (var precision in precisions)
        {
            var watch = Stopwatch.StartNew();
            var samples = ModelTrial.Run(loaded, picture, new RunOptions { Precision = precision }, cancellation);
            results.Add((samples, watch.Elapsed));
        }
        return results;
    }

    private static Finding Broken(string text) => new("engines", Level.Broken, text,
        "use --engine cpu meanwhile; update the driver, and where that does not help, report it with the card's name");

    // As a result is rounded; what is no number is as far away as can be.
    private static int Level8(float sample) => float.IsNaN(sample) ? -255 : (int)Math.Round(Math.Clamp(sample, 0, 1) * 255.0);
}
