using System.Runtime.ExceptionServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>What became of a picture: one of the two is null.</summary>
/// <param name="Input">The picture.</param>
/// <param name="Report">It is done.</param>
/// <param name="Error">It is not.</param>
internal sealed record PictureOutcome(PlannedInput Input, PictureReport? Report, Exception? Error);

/// <summary>
/// The pictures of one invocation, one after the other. While one is computed, the next is decoded and the one before encoded
/// to its end, on threads of their own; the engine is called from one thread, and what became of each is told in order.
/// </summary>
internal sealed class PictureSequence(
    UpscaleOptions options, IPictureCodec codec, PicturePlanner planner, PictureJob job, Action<PictureOutcome> tell, CancellationToken cancellation)
{
    private (PlannedInput Input, FinishingPicture Picture)? _ending;

    /// <summary>Does all pictures.</summary>
    /// <exception cref="WeightsException">A model cannot be used.</exception>
    /// <exception cref="DeviceLostException">The engine's device is lost to this process.</exception>
    /// <exception cref="UnwritableOutputException">A picture is finished, and the report of it cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; finished pictures stay.</exception>
    internal void Run(IReadOnlyList<PlannedInput> pictures)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var next = Plan(pictures[0]);
            for (var i = 0; i < pictures.Count; i++)
            {
                var current = next;
                next = i + 1 < pictures.Count ? Plan(pictures[i + 1]) : null;
                Do(pictures[i], current!, next?.Decoding, stop.Token);
                // A picture's samples are large and dead now; without this they would count in the next one's memory.
                current = null;
                GC.Collect();
            }
            Settle();
        }
        finally
        {
            stop.Cancel();
            _ending?.Picture.Abandon();
        }
    }

    private Intake Plan(PlannedInput input)
    {
        try
        {
            return new Intake(new PictureDecoding(codec, planner.Plan(input), options.MaxInputPixels), null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new Intake(null, error); // it is told in its turn
        }
    }

    private void Do(PlannedInput input, Intake intake, PictureDecoding? next, CancellationToken stop)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            if (intake.Refusal is not null) ExceptionDispatchInfo.Throw(intake.Refusal);
            var ending = job.Run(intake.Decoding!, new Neighbours(next, () => _ending?.Picture, Settle), stop);
            _ending = (input, ending);
        }
        catch (Exception error) when (error is not (OperationCanceledException or UnwritableOutputException) && !cancellation.IsCancellationRequested)
        {
            Settle();
            // A model or a device that cannot be used ends everything; the rest concerns the one picture.
            if (error is WeightsException or DeviceLostException) throw;
            tell(new PictureOutcome(input, null, error));
        }
    }

    // Waits for the picture whose encoder is ending, and tells what became of it.
    private void Settle()
    {
        if (_ending is not { } ending) return;
        _ending = null;
        PictureOutcome outcome;
        try
        {
            outcome = new PictureOutcome(ending.Input, ending.Picture.Wait(), null);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            outcome = new PictureOutcome(ending.Input, null, error);
        }
        tell(outcome);
    }

    private sealed record Intake(PictureDecoding? Decoding, Exception? Refusal);
}
