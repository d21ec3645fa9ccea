using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>What goes on beside a picture's run.</summary>
/// <param name="Next">The picture whose turn is next, to be decoded meanwhile; null where there is none.</param>
/// <param name="Before">Says which picture's encoder is still ending, if any.</param>
/// <param name="Settle">Waits for that encoder.</param>
internal sealed record Neighbours(PictureDecoding? Next, Func<FinishingPicture?> Before, Action Settle);

/// <summary>Takes one picture from its pixels to the end of its network.</summary>
internal sealed class PictureJob(
    UpscaleOptions options, IPictureCodec codec, LoadedModels models, string engineName, OutputPlan outputs, ProgressReporter progress)
{
    /// <summary>What neighbours may take of the budget, each: one part of so many. More would cost the network more than it saves.</summary>
    private const int NeighboursPart = 8;

    /// <summary>Upscales a picture.</summary>
    /// <param name="decoding">The picture.</param>
    /// <param name="neighbours">What goes on beside it.</param>
    /// <param name="cancellation">Stops the work between two steps; nothing is left behind then.</param>
    /// <returns>The picture, whose encoder has yet to end.</returns>
    /// <exception cref="InputException">The picture, or what was asked of it, is refused. No work has been done.</exception>
    /// <exception cref="IOException">The result could not be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal FinishingPicture Run(PictureDecoding decoding, Neighbours neighbours, CancellationToken cancellation)
    {
        var planned = decoding.Planned;
        var (picture, decodeTime) = decoding.Get(cancellation);
        var turn = Stopwatch.GetTimestamp();

        // The encoder is opened before the network runs: a folder that cannot be written is found in time.
        var shape = ResultShape.Of(picture, planned.Choice.Scale, planned.Format);
        outputs.PrepareFolder(planned.Input);
        var writer = codec.Create(planned.Target, shape, new EncodeOptions(planned.Format, options.Quality, options.Metadata));
        var result = new FinishingPicture(writer, codec.EncoderBytes(planned.Format, shape), cancellation) { BeforeEnd = neighbours.Settle };
        using (result)
        {
            models.Load(planned.Choice);
            cancellation.ThrowIfCancellationRequested();
            using var run = Start(picture, planned, shape, result, ref neighbours, cancellation);
            progress.Start(StandardStreams.NameOf(planned.Input.Path), Describe(picture, shape, planned.Choice));
            var steps = Compute(run, planned.Choice, result, neighbours, cancellation);

            var decode = planned.Time + decodeTime;
            var inference = steps - run.EncodeTime;
            var encode = run.EncodeTime - result.Waited;
            var taste = Taste(picture, planned.Choice); // not in what follows: that would hold the picture's samples until the encoder has ended
            result.Report = end => new PictureReport(
                planned.Input.Path, planned.Output, shape.Width, shape.Height, planned.Choice.Name, planned.Choice.Scale, taste, engineName,
                new PictureSeconds(
                    decode.TotalSeconds, inference.TotalSeconds, (encode + end.Time).TotalSeconds,
                    (decode + Stopwatch.GetElapsedTime(turn, end.At)).TotalSeconds),
                planned.Choice.Note);
            return result;
        }
    }

    // Decoding the next picture and ending the one before are done beside this one where the budget allows it.
    private PictureRun Start(
        Picture picture, PlannedPicture planned, ResultShape shape, FinishingPicture result, ref Neighbours neighbours, CancellationToken cancellation)
    {
        var most = options.MemoryBytes / NeighboursPart;
        if (neighbours.Next is { } candidate && candidate.Bytes > most) neighbours = neighbours with { Next = null };
        if (neighbours.Before() is { } large && large.Memory > most) neighbours.Settle();
        for (var hasGivenBack = false; ;)
        {
            var before = neighbours.Before();
            try
            {
                var run = PictureRun.Start(picture, models.Load(planned.Choice), shape, result, new RunOptions
                {
                    MemoryBytes = options.MemoryBytes,
                    ReservedBytes = result.Memory + (neighbours.Next?.Bytes ?? 0) + (before?.Memory ?? 0),
                    Threads = options.Threads,
                    Precision = options.Engine.Precision,
                    TemporaryFolder = Path.GetDirectoryName(Path.GetFullPath(planned.Target))!,
                }, options.Taste);
                neighbours.Next?.Begin(cancellation);
                return run;
            }
            catch (DoesNotFitException)
            {
                if (before is not null) neighbours.Settle();
                else if (neighbours.Next is not null) neighbours = neighbours with { Next = null };
                else if (!models.ReleaseAllBut(planned.Choice))
                {
                    if (hasGivenBack) throw;
                    hasGivenBack = true;
                }
                GiveBack();
            }
        }
    }

    private TimeSpan Compute(PictureRun run, ModelChoice choice, FinishingPicture result, Neighbours neighbours, CancellationToken cancellation)
    {
        var steps = Stopwatch.StartNew();
        var hasMadeRoom = false;
        while (true)
        {
            // What a neighbour that has ended has taken is the process's by now, and is not to count twice.
            run.ReservedBytes = result.Memory + (neighbours.Next is { IsBusy: true } next ? next.Bytes : 0) + (neighbours.Before() is { IsDone: false } before ? before.Memory : 0);
            double share;
            try
            {
                share = run.Step();
            }
            catch (DoesNotFitException) when (!hasMadeRoom)
            {
                hasMadeRoom = true;
                neighbours.Settle();
                neighbours.Next?.GiveUp();
                models.ReleaseAllBut(choice);
                GiveBack();
                continue;
            }
            if (share == 1) return steps.Elapsed;
            cancellation.ThrowIfCancellationRequested();
            if (neighbours.Before() is { IsDone: true }) neighbours.Settle();
            progress.Advance(share);
        }
    }

    // To the system, what the pictures before and beside have left.
    private static void GiveBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    // What has a part in it, and nothing else.
    private TasteReport Taste(Picture picture, ModelChoice choice)
    {
        var hasNetwork = choice.Chain.Count > 0;
        return new TasteReport(
            hasNetwork ? options.Denoise : null,
            hasNetwork && options.Taste.FixesColours,
            options.Taste.Strength == 0 || (hasNetwork && options.Taste.Strength < 1) ? options.Taste.Strength : null,
            picture.IsOpaque() ? null : hasNetwork && options.Taste.Alpha == AlphaWay.Network ? "network" : "lanczos");
    }

    private string Describe(Picture picture, ResultShape shape, ModelChoice choice)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{picture.Width}×{picture.Height} to {shape.Width}×{shape.Height} with {choice.Name}{Taste(picture, choice)}");
        return choice.Note is null ? what : $"{what} ({choice.Note})";
    }
}
