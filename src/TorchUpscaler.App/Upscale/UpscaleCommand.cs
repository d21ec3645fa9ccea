using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary><c>torchupscaler upscale</c>: all the pictures of one invocation.</summary>
/// <param name="codec">Reads and writes the pictures.</param>
/// <param name="engine">Opened when a model has been found.</param>
/// <param name="engineName">Its name in reports.</param>
/// <param name="progress">What people are told.</param>
/// <param name="report">What programs are told: standard output.</param>
internal sealed class UpscaleCommand(
    IPictureCodec codec, Func<IUpscaleEngine> engine, string engineName, ProgressReporter progress, TextWriter report)
{
    /// <summary>Upscales all pictures.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">Nothing could be begun.</exception>
    /// <exception cref="UnwritableOutputException">A picture is finished, and the report of it cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; finished pictures stay.</exception>
    internal int Run(UpscaleOptions options, CancellationToken cancellation)
    {
        var inputs = InputPlan.Of(options.Inputs, codec.InputExtensions);
        var outputs = OutputPlan.Of(options, inputs);
        var chooser = new ModelChooser(new ModelFolders(options.WeightsFolder));
        // What would be refused for every picture is refused before the first one.
        _ = chooser.Choose(options.Model, options.Scale, width: 1, height: 1);
        using var models = new LoadedModels(engine());
        var job = new PictureJob(options, codec, chooser, models, engineName, outputs, progress);

        if (!inputs.IsSingle) return RunSeveral(inputs.Pictures, job, options.Json, cancellation);
        return RunSingle(inputs.Pictures[0].Path, job, options.Json, cancellation);
    }

    private int RunSingle(string picture, PictureJob job, bool json, CancellationToken cancellation)
    {
        try
        {
            Tell(job.Run(picture, cancellation), json);
            return ExitCodes.Done;
        }
        catch (Exception error) when (IsOfPicture(error, cancellation))
        {
            progress.Say(Failure.Describe(error, picture));
            return Failure.ExitCode(error);
        }
    }

    private int RunSeveral(IReadOnlyList<PlannedInput> pictures, PictureJob job, bool json, CancellationToken cancellation)
    {
        var (done, skipped, refused, failed) = (0, 0, 0, 0);
        foreach (var picture in pictures)
        {
            try
            {
                if (picture.Fault is not null) throw new PictureException(picture.Fault);
                Tell(job.Run(picture.Path, cancellation), json);
                done++;
            }
            catch (ResultExistsException exists)
            {
                progress.Say($"{picture.Path}: skipped, {exists.Output} exists (--force replaces it)");
                skipped++;
            }
            catch (Exception error) when (IsOfPicture(error, cancellation))
            {
                progress.Say(Failure.Describe(error, picture.Path));
                if (error is InputException) refused++;
                else failed++;
            }
            // A picture's samples are large and dead now; without this they would count in the next one's memory.
            GC.Collect();
        }

        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{done} done, {skipped} skipped, {refused + failed} failed"));
        return (done + skipped, refused, failed) switch
        {
            (_, 0, 0) => ExitCodes.Done,
            ( > 0, _, _) => ExitCodes.SomeFailed,
            (_, _, 0) => ExitCodes.Refused,
            _ => ExitCodes.Failed,
        };
    }

    // A cancelled run, a model that cannot be loaded and a report that nobody gets end everything; the rest concerns the one picture.
    private static bool IsOfPicture(Exception error, CancellationToken cancellation) =>
        error is not (OperationCanceledException or WeightsException or UnwritableOutputException) && !cancellation.IsCancellationRequested;

    private void Tell(PictureReport picture, bool json)
    {
        progress.Say(string.Create(CultureInfo.InvariantCulture,
            $"{picture.Output}: {picture.Width}×{picture.Height} in {picture.Seconds.Total:0.0} s"));
        if (!json) return;
        try
        {
            report.WriteLine(JsonReport.Format(picture, PeakMemory.Megabytes()));
            report.Flush();
        }
        catch (Exception error) when (UnwritableOutputException.IsCausedBy(error))
        {
            throw new UnwritableOutputException("the report", error);
        }
    }
}
