using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Workers;

/// <summary>A job that a worker holds: worked on, suspended, or computed and still to be stored.</summary>
internal sealed class HeldJob(Job job) : IDisposable
{
    private volatile bool _isLost;
    private volatile bool _isActive = true;
    private double _share;

    /// <summary>The job as it was claimed.</summary>
    internal Job Job => job;

    /// <summary>The claim on it.</summary>
    internal Claim Claim => job.Claim;

    /// <summary>Its run, once it has begun.</summary>
    internal PictureWork? Work { get; set; }

    /// <summary>Its result, once it is computed.</summary>
    internal FinishedPicture? Result { get; set; }

    /// <summary>Seconds spent in its steps.</summary>
    internal double Seconds { get; set; }

    /// <summary>The share that is done, 0 to 1.</summary>
    internal double Share
    {
        get => Volatile.Read(ref _share);
        set => Volatile.Write(ref _share, value);
    }

    /// <summary>Whether it is the one that is worked on.</summary>
    internal bool IsActive
    {
        get => _isActive;
        set => _isActive = value;
    }

    /// <summary>Whether its claim is void: it was cancelled, or rescued from this worker.</summary>
    internal bool IsLost
    {
        get => _isLost;
        set => _isLost = value;
    }

    /// <summary>Estimate of the seconds that are left: by its own pace once that tells something, before that by its cost.</summary>
    internal double SecondsLeft => Share > 0.02 ? Seconds * (1 - Share) / Share : Math.Max(0, job.Cost * (1 - Share));

    /// <inheritdoc/>
    public void Dispose() => Work?.Dispose();
}

/// <summary>A picture's run with what belongs to it.</summary>
/// <param name="run">The run; disposed with it.</param>
/// <param name="choice">The models that it uses.</param>
/// <param name="shape">The result's pixels.</param>
/// <param name="encoderBytes">Memory that its encoder may come to hold.</param>
/// <param name="output">The result's file, whole when the run is done.</param>
internal sealed class PictureWork(PictureRun run, ModelChoice choice, ResultShape shape, long encoderBytes, string output) : IDisposable
{
    /// <summary>The models that it uses.</summary>
    internal ModelChoice Choice => choice;

    /// <summary>Memory that its encoder may come to hold, in bytes.</summary>
    internal long EncoderBytes => encoderBytes;

    /// <summary>Does the next piece of work.</summary>
    internal double Step() => run.Step();

    /// <summary>The result, after the last step.</summary>
    /// <param name="seconds">What the steps took.</param>
    internal FinishedPicture Finished(double seconds) => new(output, shape.Width, shape.Height, choice.Name, choice.Note, seconds);

    /// <inheritdoc/>
    public void Dispose() => run.Dispose();
}
