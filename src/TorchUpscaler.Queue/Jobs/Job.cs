using TorchUpscaler.Core;

namespace TorchUpscaler.Queue;

/// <summary>A job as the store has it: one row. Times are milliseconds since 1970 in UTC.</summary>
public sealed record Job
{
    /// <summary>Its number; numbers rise, with gaps.</summary>
    public long Id { get; init; }

    /// <summary>Who hands in and delivers: <c>submit</c>, <c>telegram</c>.</summary>
    public string FrontEnd { get; init; } = "";

    /// <summary>Whose turn it counts as, among all front ends.</summary>
    public string Person { get; init; } = "";

    /// <summary>The class that it was handed in with.</summary>
    public JobClass Class { get; init; }

    /// <summary>The class that it counts in: one higher after a long wait.</summary>
    public JobClass EffectiveClass { get; init; }

    /// <summary>Where it is.</summary>
    public JobState State { get; init; }

    /// <summary>What the front end knows it by, or null.</summary>
    public string? Key { get; init; }

    /// <summary>What the front end keeps with it, never read by the queue.</summary>
    public string? Payload { get; init; }

    /// <summary>The picture's file name as the person gave it; for people, never a path to open.</summary>
    public string Name { get; init; } = "";

    /// <summary>The model that was asked for, or null.</summary>
    public string? Model { get; init; }

    /// <summary>How many times larger, or null: what the model does.</summary>
    public int? Scale { get; init; }

    /// <summary>The result's format, or null: the picture's own.</summary>
    public PictureFormat? Format { get; init; }

    /// <summary>Quality of the lossy formats, 1 to 100.</summary>
    public int Quality { get; init; }

    /// <summary>Where the store keeps the picture, or null.</summary>
    public string? InputFile { get; init; }

    /// <summary>Columns of the picture, upright; 0 until it is known.</summary>
    public int Width { get; init; }

    /// <summary>Rows of the picture, upright; 0 until it is known.</summary>
    public int Height { get; init; }

    /// <summary>The kind of work that measured speeds are kept by: the names of the models that will run.</summary>
    public string Work { get; init; } = "";

    /// <summary>Seconds that it was estimated to take when it was queued.</summary>
    public double Cost { get; init; }

    /// <summary>Its start tag: the smallest of a class goes first (start-time fair queueing).</summary>
    public double Tag { get; init; }

    /// <summary>How often it has been claimed. Every write of a claim's holder is fenced on it.</summary>
    public int Attempt { get; init; }

    /// <summary>Engine errors, and crashes while it was worked on. Hand-backs and outages are not among them.</summary>
    public int Failures { get; init; }

    /// <summary>Who holds it, or null.</summary>
    public string? LeaseOwner { get; init; }

    /// <summary>When the lease ends, or null.</summary>
    public long? LeaseUntil { get; init; }

    /// <summary>Whether its holder works on it now; false while a more urgent job goes first.</summary>
    public bool IsActive { get; init; }

    /// <summary>The share that is done, 0 to 1.</summary>
    public double Progress { get; init; }

    /// <summary>Not to be claimed before.</summary>
    public long NotBefore { get; init; }

    /// <summary>Where the store keeps the result, or null.</summary>
    public string? ResultFile { get; init; }

    /// <summary>Columns of the result; 0 until there is one.</summary>
    public int ResultWidth { get; init; }

    /// <summary>Rows of the result; 0 until there is one.</summary>
    public int ResultHeight { get; init; }

    /// <summary>Bytes of the result's file; 0 until there is one.</summary>
    public long ResultBytes { get; init; }

    /// <summary>What made the result: the models' names.</summary>
    public string? ResultModel { get; init; }

    /// <summary>What the person is told about how it was made, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Seconds that the network took.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it failed, in a sentence for its sender; or the last failure of a job that is tried again.</summary>
    public string? Error { get; init; }

    /// <summary>How often a delivery has been begun.</summary>
    public int Deliveries { get; init; }

    /// <summary>When its sender got the result or was told of its end, or null.</summary>
    public long? ToldAt { get; init; }

    /// <summary>When it came.</summary>
    public long ReceivedAt { get; init; }

    /// <summary>When its picture was stored, or null.</summary>
    public long? QueuedAt { get; init; }

    /// <summary>When a worker first began, or null.</summary>
    public long? StartedAt { get; init; }

    /// <summary>When it was upscaled, failed, cancelled or expired, or null.</summary>
    public long? EndedAt { get; init; }

    /// <summary>Megapixels of the picture; 0 until they are known.</summary>
    public double Megapixels => (double)Width * Height / 1e6;

    /// <summary>The claim that this row was read under.</summary>
    public Claim Claim => new(Id, Attempt);
}

/// <summary>
/// The right to work on a job: given to one holder at a time and void as soon as the job is given to another. All writes
/// under it say whether it still held.
/// </summary>
/// <param name="JobId">The job.</param>
/// <param name="Attempt">Which of its claims.</param>
public readonly record struct Claim(long JobId, int Attempt);
