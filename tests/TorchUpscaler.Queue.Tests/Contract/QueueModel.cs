namespace TorchUpscaler.Queue.Tests;

/// <summary>The queue as a list in memory and loops: what a store must do, written as plainly as can be.</summary>
internal sealed class QueueModel(QueueOptions options, Func<long> now)
{
    private readonly double[] _clocks = new double[4];
    private readonly Dictionary<(JobClass, string), double> _finishTags = [];
    private readonly Dictionary<string, double> _weights = [];
    private long _lastLook, _noRescueBefore;

    internal List<Job> Jobs { get; } = [];

    internal void SetWeight(string person, double weight) => _weights[person] = weight;

    internal void Receive(long id, NewJob job) => Jobs.Add(new Job
    {
        Id = id,
        FrontEnd = job.FrontEnd,
        Person = job.Person,
        Class = job.Class,
        EffectiveClass = job.Class,
        State = JobState.Received,
        Name = job.Name,
        Quality = job.Quality,
        ReceivedAt = now(),
    });

    internal void Submit(long id, NewJob job, double cost)
    {
        var tag = StartTag(job.Class, job.Person, cost);
        Receive(id, job);
        Change(id, row => row with { State = JobState.Queued, Cost = cost, Tag = tag, QueuedAt = now() });
    }

    internal long? ClaimReceived(string owner) =>
        Lease(Jobs.Where(row => row is { State: JobState.Received, LeaseOwner: null } && row.NotBefore <= now()).MinBy(row => row.Id), owner, row => row);

    internal bool Accept(Claim claim, string owner, double cost)
    {
        if (Held(claim, owner) is not { State: JobState.Received } job) return false;
        var tag = StartTag(job.Class, job.Person, cost);
        return Change(job.Id, row => Free(row) with { State = JobState.Queued, Cost = cost, Tag = tag, QueuedAt = now(), NotBefore = 0, Failures = 0, Error = null });
    }

    internal long? Claim(string owner) => Run(Waiting().FirstOrDefault(), owner);

    internal long? ClaimBefore(JobClass jobClass, string person, double costBelow, string owner) =>
        Run(Waiting().FirstOrDefault(row => row.EffectiveClass < jobClass), owner)
        ?? Start(Waiting().FirstOrDefault(row => row.EffectiveClass == jobClass && row.Person != person && row.Cost < costBelow), owner);

    internal bool Renew(Claim claim, string owner, double progress, bool isActive) => Held(claim, owner) is { } job && Change(job.Id, row => row with
    {
        LeaseUntil = now() + (long)options.Lease.TotalMilliseconds,
        Progress = progress,
        IsActive = isActive && row.State is (JobState.Received or JobState.Running),
    });

    internal bool Finish(Claim claim, string owner) => Held(claim, owner) is { State: JobState.Running } job
        && Change(job.Id, row => Free(row) with { State = JobState.Upscaled, Progress = 1, NotBefore = 0, Deliveries = 0, Error = null, EndedAt = now() });

    internal FailureOutcome Fail(Claim claim, string owner, bool isFinal)
    {
        if (Held(claim, owner) is not { State: JobState.Received or JobState.Running } job) return FailureOutcome.ClaimLost;
        var fails = isFinal || job.Failures + 1 >= options.Attempts;
        Change(job.Id, row => Again(row, fails) with { Failures = row.Failures + 1, Error = "why", Progress = 0 });
        return fails ? FailureOutcome.Failed : FailureOutcome.WillRetry;
    }

    internal bool HandBack(Claim claim, string owner, TimeSpan rest) => Held(claim, owner) is { } job && Change(job.Id, row => Free(row) with
    {
        State = row.State == JobState.Running ? JobState.Queued : row.State,
        Progress = row.State == JobState.Running ? 0 : row.Progress,
        NotBefore = now() + (long)rest.TotalMilliseconds,
    });

    internal bool Cancel(long id, bool tellSender)
    {
        if (Find(id) is not { State: JobState.Received or JobState.Queued or JobState.Running } job) return false;
        Refund(job);
        return Change(id, row => Free(row) with { State = JobState.Cancelled, Error = "cancelled", EndedAt = now(), ToldAt = tellSender ? null : now(), NotBefore = 0 });
    }

    internal int Erase(string person)
    {
        foreach (var job in Jobs.Where(row => row.Person == person)) Refund(job);
        return Jobs.RemoveAll(row => row.Person == person);
    }

    internal bool Retry(long id)
    {
        if (Find(id) is not { State: JobState.Failed or JobState.Cancelled or JobState.Expired, QueuedAt: not null, LeaseOwner: null } job) return false;
        var tag = StartTag(job.Class, job.Person, job.Cost);
        return Change(id, row => row with
        {
            State = JobState.Queued,
            EffectiveClass = row.Class,
            Tag = tag,
            Failures = 0,
            Error = null,
            Progress = 0,
            NotBefore = 0,
            QueuedAt = now(),
            StartedAt = null,
            EndedAt = null,
            ToldAt = null,
            Deliveries = 0,
        });
    }

    internal long? ClaimDelivery(string owner) =>
        Lease(Jobs.Where(row => IsUntold(row) && row.LeaseOwner is null && row.NotBefore <= now()).MinBy(row => row.Id), owner, row => row with { Deliveries = row.Deliveries + 1 });

    internal bool Told(Claim claim, string owner) => Held(claim, owner) is { } job && IsUntold(job)
        && Change(job.Id, row => Free(row) with { State = row.State == JobState.Upscaled ? JobState.Delivered : row.State, ToldAt = now() });

    internal int RescueExpired()
    {
        var lease = (long)options.Lease.TotalMilliseconds;
        if (Math.Abs(now() - _lastLook) > lease) _noRescueBefore = now() + lease;
        _lastLook = now();
        if (_noRescueBefore > now()) return 0;
        var expired = Jobs.Where(row => row.LeaseUntil <= now()).ToList();
        foreach (var job in expired)
        {
            Change(job.Id, row => row.IsActive
                ? Again(row, row.Failures + 1 >= options.Attempts) with { Failures = row.Failures + 1, Error = "the program broke down while it worked on the picture" }
                : Free(row) with { State = row.State == JobState.Running ? JobState.Queued : row.State, NotBefore = 0 });
            if (job.State == JobState.Running) Change(job.Id, row => row with { Progress = 0 });
        }
        return expired.Count;
    }

    internal int Age()
    {
        var old = Jobs.Where(row => row.State == JobState.Queued && row.EffectiveClass == row.Class && row.Class >= JobClass.Normal
            && row.QueuedAt <= now() - (long)options.AgeAfter.TotalMilliseconds).OrderBy(row => row.QueuedAt).ThenBy(row => row.Id).ToList();
        foreach (var job in old)
        {
            Refund(job);
            var tag = StartTag(job.Class - 1, job.Person, job.Cost);
            Change(job.Id, row => row with { EffectiveClass = row.Class - 1, Tag = tag });
        }
        return old.Count;
    }

    internal int Expire()
    {
        var before = now() - (long)options.ExpireAfter.TotalMilliseconds;
        var old = Jobs.Where(row => (row.State == JobState.Queued && row.QueuedAt <= before) || (row.State == JobState.Received && row.ReceivedAt <= before)).ToList();
        foreach (var job in old)
        {
            Refund(job);
            Change(job.Id, row => Free(row) with { State = JobState.Expired, Error = "it waited too long", EndedAt = now(), NotBefore = 0 });
        }
        return old.Count;
    }

    private static bool IsUntold(Job row) => row is { ToldAt: null, State: JobState.Upscaled or JobState.Failed or JobState.Cancelled or JobState.Expired };

    private static Job Free(Job row) => row with { LeaseOwner = null, LeaseUntil = null, IsActive = false };

    private Job Again(Job row, bool fails) => Free(row) with
    {
        State = fails ? JobState.Failed : row.State == JobState.Running ? JobState.Queued : row.State,
        EndedAt = fails ? now() : null,
        NotBefore = fails ? 0 : now() + ((long)options.RetryAfter.TotalMilliseconds << Math.Min(row.Failures, 6)),
    };

    private IEnumerable<Job> Waiting() => Jobs.Where(row => row.State == JobState.Queued && row.NotBefore <= now())
        .OrderBy(row => row.EffectiveClass).ThenBy(row => row.Tag).ThenBy(row => row.Id);

    private long? Run(Job? job, string owner)
    {
        if (job is null) return null;
        _clocks[(int)job.EffectiveClass] = Math.Max(_clocks[(int)job.EffectiveClass], job.Tag);
        return Start(job, owner);
    }

    // What goes out of turn does not move the clock.
    private long? Start(Job? job, string owner) =>
        Lease(job, owner, row => row with { State = JobState.Running, IsActive = true, Progress = 0, StartedAt = row.StartedAt ?? now() });

    private long? Lease(Job? job, string owner, Func<Job, Job> change)
    {
        if (job is null) return null;
        Change(job.Id, row => change(row) with { Attempt = row.Attempt + 1, LeaseOwner = owner, LeaseUntil = now() + (long)options.Lease.TotalMilliseconds });
        return job.Id;
    }

    private Job? Held(Claim claim, string owner) => Find(claim.JobId) is { } job && job.Attempt == claim.Attempt && job.LeaseOwner == owner ? job : null;

    private Job? Find(long id) => Jobs.Find(row => row.Id == id);

    private bool Change(long id, Func<Job, Job> change)
    {
        var at = Jobs.FindIndex(row => row.Id == id);
        Jobs[at] = change(Jobs[at]);
        return true;
    }

    private double Weight(string person) => _weights.GetValueOrDefault(person, 1);

    private double StartTag(JobClass jobClass, string person, double cost)
    {
        if (!Jobs.Exists(row => row.EffectiveClass == jobClass && row.State is (JobState.Queued or JobState.Running)))
            foreach (var (key, finish) in _finishTags)
                if (key.Item1 == jobClass) _clocks[(int)jobClass] = Math.Max(_clocks[(int)jobClass], finish);
        var start = Math.Max(_clocks[(int)jobClass], _finishTags.GetValueOrDefault((jobClass, person)));
        _finishTags[(jobClass, person)] = start + cost / Weight(person);
        return start;
    }

    private void Refund(Job job)
    {
        if (job is { QueuedAt: not null, StartedAt: null } && _finishTags.ContainsKey((job.EffectiveClass, job.Person)))
            _finishTags[(job.EffectiveClass, job.Person)] -= job.Cost / Weight(job.Person);
    }
}
