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
            var ours = Reference(model, picture, cancellation);
            using var engine = new Opened(torch, model);
            // On a card the usual precision is tried too; on the processor there is one only.
            Precision[] precisions = torch.IsOnCpu ? [Precision.Float32] : [Precision.Float32, Precision.Auto];
            foreach (var precision in precisions)
            {
                var theirs = engine.Run(picture, precision, cancellation);
                findings.Add(WithNotices(Judge(model.Name, precision, ours.Samples, ours.Time, theirs.Samples, theirs.Time), theirs.Notices));
            }
        }
        catch (WeightsException error)
        {
            findings.Add(Broken(error.Message));
        }
        catch (InputException error)
        {
            findings.Add(new Finding("engines", Level.Warning, $"the Torch engine cannot be compared: {error.Message}"));
        }
#pragma warning disable CA1031 // whatever a card's libraries throw: the other findings say what may be behind it
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            findings.Add(Broken($"the Torch engine fails at {model.Name} on 64×64 pixels: {FirstLine(error.Message)}"));
        }
        return findings;
    }

    private Trial Reference(InstalledModel model, Picture picture, CancellationToken cancellation)
    {
        using var engine = new Opened(cpu, model); // given back before the other one is opened: both together may be too much
        return engine.Run(picture, Precision.Float32, cancellation);
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

    /// <summary>A finding of a comparison in which the engine did something else than was asked of it, such as to leave the picture to the CPU engine.</summary>
    /// <param name="finding">What was compared.</param>
    /// <param name="notices">What the engine has said of it; none: the finding stays as it is.</param>
    internal static Finding WithNotices(Finding finding, IReadOnlyList<string> notices)
    {
        if (notices.Count == 0) return finding;
        var values = finding.Values;
        return finding with
        {
            Level = finding.Level == Level.Ok ? Level.Warning : finding.Level,
            Text = $"{finding.Text}; but the engine did not do what was asked: {string.Join("; ", notices)}",
            Advice = finding.Advice ?? "where the card's memory is short, nvidia-smi says what else takes it; where half precision does not do, --precision fp32 saves the try",
            Values = json =>
            {
                values(json);
                json.WriteStartArray("notices");
                foreach (var notice in notices) json.WriteStringValue(notice);
                json.WriteEndArray();
            },
        };
    }

    private static Finding Broken(string text) => new("engines", Level.Broken, text,
        "use --engine cpu meanwhile; update the driver, and where that does not help, report it with the card's name");

    // libtorch puts pages of its own stack behind it.
    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();

    // As a result is rounded; what is no number is as far away as can be.
    private static int Level8(float sample) => float.IsNaN(sample) ? -255 : (int)Math.Round(Math.Clamp(sample, 0, 1) * 255.0);

    /// <param name="Samples">The result.</param>
    /// <param name="Time">What it took.</param>
    /// <param name="Notices">What the engine has said that concerns it.</param>
    private sealed record Trial(float[] Samples, TimeSpan Time, IReadOnlyList<string> Notices);

    /// <summary>An engine with the model that it runs, and what it has said meanwhile.</summary>
    private sealed class Opened : IDisposable
    {
        private readonly List<string> _said = [];
        private readonly LoadedModels _models;
        private readonly ILoadedModel _model;
        private readonly int _saidFirst; // of that which holds for every picture

        internal Opened(EngineChoice engine, InstalledModel model)
        {
            _models = new LoadedModels(engine.Open(_said.Add));
            try
            {
                _model = _models.Load(new ModelChoice([model], model.Network.Scale))[0];
            }
            catch
            {
                _models.Dispose();
                throw;
            }
            _saidFirst = _said.Count;
        }

        internal Trial Run(Picture picture, Precision precision, CancellationToken cancellation)
        {
            var (before, watch) = (_said.Count, Stopwatch.StartNew());
            var samples = ModelTrial.Run(_model, picture, new RunOptions { Precision = precision }, cancellation);
            return new Trial(samples, watch.Elapsed, [.. _said.Take(_saidFirst).Concat(_said.Skip(before)).Distinct()]);
        }

        public void Dispose() => _models.Dispose();
    }
}
