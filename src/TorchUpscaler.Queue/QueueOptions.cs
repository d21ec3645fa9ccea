namespace TorchUpscaler.Queue;

/// <summary>What the queue promises, the same for every process that shares a store.</summary>
public sealed record QueueOptions
{
    private static readonly TimeSpan ShortestLease = TimeSpan.FromSeconds(0.2);

    /// <summary>How long a claim holds without being renewed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After waiting so long, a job counts one class higher, but never as admin.</summary>
    public TimeSpan AgeAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A job that has waited so long in <c>received</c> or <c>queued</c> expires.</summary>
    public TimeSpan ExpireAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Pictures and results are deleted so long after the job's end, fetched or not.</summary>
    public TimeSpan KeepPictures { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Rows of ended jobs are deleted so long after their end.</summary>
    public TimeSpan KeepRows { get; init; } = TimeSpan.FromDays(90);

    /// <summary>A job fails with this many failures.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>A job that failed is not tried again before this time, doubled with each failure.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Seconds that a megapixel is taken to need of a kind of work that has never been measured.</summary>
    public double SecondsPerMegapixel { get; init; } = 40;

    /// <summary>Refuses settings that would break the queue's promises.</summary>
    /// <exception cref="Core.InputException">A setting is out of its range; the message names it.</exception>
    public void Validate()
    {
        Positive(Lease, nameof(Lease));
        if (Lease < ShortestLease) throw new Core.InputException("the setting Lease is under 0.2 s, which nobody can keep renewing; write a time such as 00:01:00");
        Positive(AgeAfter, nameof(AgeAfter));
        Positive(ExpireAfter, nameof(ExpireAfter));
        Positive(KeepPictures, nameof(KeepPictures));
        Positive(KeepRows, nameof(KeepRows));
        if (KeepRows < KeepPictures) throw new Core.InputException("the setting KeepRows is shorter than KeepPictures; a row lasts at least as long as its pictures");
        if (RetryAfter < TimeSpan.Zero) throw new Core.InputException("the setting RetryAfter is negative; write a time such as 00:00:05");
        if (Attempts < 1) throw new Core.InputException("the setting Attempts is under 1; write a number from 1 on, such as 3");
        if (!(SecondsPerMegapixel > 0)) throw new Core.InputException("the setting SecondsPerMegapixel is not above 0; write a number such as 40");
    }

    private static void Positive(TimeSpan time, string name)
    {
        if (time <= TimeSpan.Zero) throw new Core.InputException($"the setting {name} is not above 0; write a time such as 00:01:00");
    }
}
