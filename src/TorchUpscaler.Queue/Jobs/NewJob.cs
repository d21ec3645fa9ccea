using TorchUpscaler.Core;

namespace TorchUpscaler.Queue;

/// <summary>A job as a front end hands it in.</summary>
/// <param name="FrontEnd">Who delivers it.</param>
/// <param name="Person">Whose turn it counts as.</param>
/// <param name="Name">The picture's file name as the person gave it.</param>
public sealed record NewJob(string FrontEnd, string Person, string Name)
{
    /// <summary>How urgent it is.</summary>
    public JobClass Class { get; init; } = JobClass.Normal;

    /// <summary>What the front end knows it by, or null: handed in again under the same key, it is the same job, unchanged.</summary>
    public string? Key { get; init; }

    /// <summary>What the front end keeps with it.</summary>
    public string? Payload { get; init; }

    /// <summary>The model, or null: the best one for the scale.</summary>
    public string? Model { get; init; }

    /// <summary>How many times larger, or null: what the model does.</summary>
    public int? Scale { get; init; }

    /// <summary>The result's format, or null: the picture's own.</summary>
    public PictureFormat? Format { get; init; }

    /// <summary>Quality of the lossy formats, 1 to 100.</summary>
    public int Quality { get; init; } = 95;
}

/// <summary>A picture whose header has been checked, as a job is queued with it.</summary>
/// <param name="Width">Columns, upright.</param>
/// <param name="Height">Rows, upright.</param>
/// <param name="Extension">Of its file, with the dot, as its content says: <c>.jpg</c>.</param>
/// <param name="Work">The kind of work that it will be: the names of the models that will run, and <c>+alpha</c> where they run twice.</param>
public sealed record CheckedPicture(int Width, int Height, string Extension, string Work)
{
    private const string AlphaMark = "+alpha";

    /// <summary>The kind of work where the same models enlarge alpha too.</summary>
    internal static string WithAlpha(string work) => work + AlphaMark;

    /// <summary>Whether alpha is enlarged too.</summary>
    internal static bool HasAlpha(string work) => work.EndsWith(AlphaMark, StringComparison.Ordinal);

    /// <summary>The kind of work for the colours alone.</summary>
    internal static string WithoutAlpha(string work) => work[..^AlphaMark.Length];
}

/// <summary>A result as a worker hands it in.</summary>
/// <param name="File">The file; the store takes it over.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Model">What made it: the models' names.</param>
/// <param name="Note">What the person is told about how it was made, or null.</param>
/// <param name="Seconds">Seconds that the network took.</param>
public sealed record FinishedPicture(string File, int Width, int Height, string Model, string? Note, double Seconds);

/// <summary>What became of a job after a failure.</summary>
public enum FailureOutcome
{
    /// <summary>The claim was void: another holds the job, or it has ended. Nothing was changed.</summary>
    ClaimLost,

    /// <summary>It will be tried again.</summary>
    WillRetry,

    /// <summary>It has failed; its sender is to be told.</summary>
    Failed,
}

/// <summary>A job's place among those that wait.</summary>
/// <param name="Position">1 is next; the jobs that are being worked on do not count. At most <see cref="Counted"/> + 1, which means: beyond.</param>
/// <param name="SecondsLeft">Estimate until it is done, or null where the position is beyond what is counted, or no worker is there to begin.</param>
public sealed record QueuePlace(int Position, double? SecondsLeft)
{
    /// <summary>Jobs before one's own that are counted; beyond it is "more than".</summary>
    public const int Counted = 1000;

    /// <summary>Whether the position is exact.</summary>
    public bool IsExact => Position <= Counted;
}

/// <summary>What waits, runs and has ended.</summary>
/// <param name="Jobs">Jobs by state and class.</param>
/// <param name="OldestWait">Seconds that the job waiting longest has waited, 0 where none waits.</param>
/// <param name="SecondsQueued">Estimated work of all waiting jobs, in seconds.</param>
/// <param name="Workers">Workers that have been heard of within a lease.</param>
public sealed record QueueStats(
    IReadOnlyList<JobCount> Jobs, double OldestWait, double SecondsQueued, IReadOnlyList<WorkerRow> Workers)
{
    /// <summary>How many jobs of a state and class there are.</summary>
    public long Of(JobState state, JobClass jobClass) => Jobs.Where(count => count.State == state && count.Class == jobClass).Sum(count => count.Count);
}

/// <summary>What has happened in a stretch of time.</summary>
/// <param name="Ended">Jobs that have ended in it, by the state and class that they have now.</param>
/// <param name="People">People whose jobs have come in it.</param>
public sealed record QueueActivity(IReadOnlyList<JobCount> Ended, long People)
{
    /// <summary>How many that are in a state now have ended in it.</summary>
    public long Of(JobState state) => Ended.Where(count => count.State == state).Sum(count => count.Count);
}

/// <summary>Jobs of one state and class.</summary>
public sealed record JobCount
{
    /// <summary>The state.</summary>
    public JobState State { get; init; }

    /// <summary>The class that they were handed in with.</summary>
    public JobClass Class { get; init; }

    /// <summary>How many.</summary>
    public long Count { get; init; }
}

/// <summary>A worker that has been heard of.</summary>
public sealed record WorkerRow
{
    /// <summary>Its name as a holder of leases.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What it says about itself: machine, engine, model.</summary>
    public string About { get; init; } = "";

    /// <summary>When it was last heard of.</summary>
    public long SeenAt { get; init; }
}
