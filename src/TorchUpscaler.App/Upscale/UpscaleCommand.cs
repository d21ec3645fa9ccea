using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary><c>torchupscaler upscale</c>: all the pictures of one invocation.</summary>
/// <param name="codec">Reads and writes the pictures.</param>
/// <param name="engine">Opened when a model has been found.</param>
/// <param name="progress">What people are told.</param>
/// <param name="report">What programs are told: standard output.</param>
internal sealed class UpscaleCommand(IPictureCodec codec, EngineChoice engine, ProgressReporter progress, TextWriter report)
{
    /// <summary>Upscales all pictures.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">Nothing could be begun.</exception>
    /// <exception cref="UnwritableOutputException">A picture is finished, and it or the report of it cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; finished pictures stay.</exception>
    internal int Run(UpscaleOptions options, CancellationToken cancellation)
    {
        var inputs = InputPlan.Of(options, codec.InputExtensions);
        var outputs = OutputPlan.Of(options, inputs);
        var chooser = new ModelChooser(new ModelFolders(options.WeightsFolder))
        {
            FastAbovePixels = engine.IsOnCpu ? options.FastAbovePixels : 0,
            Catalogue = Catalogue.Names(),
        };
        // What would be refused for every picture is refused before the first one. Whether a size in pixels takes a network, each
        // picture's own size says.
        if (!options.Size.IsInPixels || options.Model is not null || options.Denoise is not null)
            _ = PicturePlanner.Choose(options, chooser, options.Size.Scale, width: 1, height: 1);

        using var streams = new StandardStreams();
        using var removal = cancellation.Register(streams.Dispose);
        using var models = new LoadedModels(engine.Open(notice => progress.Say(notice)));
        var results = new BatchReport(inputs.IsSingle, inputs.LeftOut, options.Json, progress, report, streams);
        var planner = new PicturePlanner(options, codec, chooser, outputs, streams);
        var job = new PictureJob(options, codec, models, engine.Name, outputs, progress);
        new PictureSequence(options, codec, planner, job, results.Tell, cancellation).Run(inputs.Pictures);
        return results.End();
    }
}
