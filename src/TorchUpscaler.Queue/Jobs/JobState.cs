namespace TorchUpscaler.Queue;

/// <summary>Where a job is. ARCHITECTURE has the diagram; the databases' CHECK constraints guard it.</summary>
public enum JobState
{
    /// <summary>Known, but its picture has not been fetched and checked yet.</summary>
    Received,

    /// <summary>Its picture is stored; it waits for a worker.</summary>
    Queued,

    /// <summary>A worker holds it.</summary>
    Running,

    /// <summary>Its result is stored; its sender has not got it yet.</summary>
    Upscaled,

    /// <summary>Its sender has the result.</summary>
    Delivered,

    /// <summary>It cannot be done; <see cref="Job.Error"/> says why.</summary>
    Failed,

    /// <summary>Its sender or the operator did not want it any more.</summary>
    Cancelled,

    /// <summary>It waited too long.</summary>
    Expired,
}

/// <summary>How urgent a job is. Classes are strict: a job of a more urgent class always goes first.</summary>
public enum JobClass
{
    /// <summary>The operators' own; nothing else ever counts as high.</summary>
    Admin,

    /// <summary>Preferred people.</summary>
    Vip,

    /// <summary>Everybody.</summary>
    Normal,

    /// <summary>What has time.</summary>
    Bulk,
}
