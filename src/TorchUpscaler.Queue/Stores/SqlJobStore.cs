using System.Data;
using System.Data.Common;
using Dapper;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>
/// What the stores have in common: every member is one short transaction of named statements. The databases differ in their
/// statements, in their clock, and in where they keep pictures.
/// </summary>
internal abstract class SqlJobStore : IJobStore
{
    private const string CrashSentence = "the program broke down while it worked on the picture";
    private const int Batch = 200;

    private readonly SqlStatements _sql;

    static SqlJobStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <param name="statements">The database's statements.</param>
    /// <param name="folder">This holder's folder on this machine; disposed with the store.</param>
    /// <param name="options">What the queue promises.</param>
    private protected SqlJobStore(SqlStatements statements, StoreFolder folder, QueueOptions options)
    {
        options.Validate();
        (_sql, Folder, Options) = (statements, folder, options);
    }

    public abstract string Description { get; }

    public string Owner => Folder.Owner;

    public QueueOptions Options { get; }

    /// <summary>This holder's folder on this machine.</summary>
    private protected StoreFolder Folder { get; }

    /// <summary>The clock's time where it is not the database's own: milliseconds since 1970, or null.</summary>
    private protected abstract long? Now { get; }

    public long Receive(NewJob job) => Write(work =>
    {
        var id = work.Single<long>("number");
        work.Execute("receive", Parameters(job, id));
        return id;
    });

    public Job? ClaimReceived(string frontEnd) => Write(work => work.First<Job>("claim received", ForClaim(new { frontEnd })));

    public bool Accept(Claim claim, CheckedPicture picture, Stream bytes)
    {
        var file = InputName(claim, picture);
        return WithPicture(file, bytes, isResult: false, () => Write(work =>
        {
            if (work.First<Job>("held", Fenced(claim)) is not { State: JobState.Received } job) return false;
            AddPicture(work, claim.JobId, file, bytes);
            var cost = EstimateCost(work, picture);
            var tag = StartTag(work, job.Class, job.Person, cost);
            return work.Execute("accept", Fenced(claim, new { file, picture.Width, picture.Height, picture.Work, cost, tag })) == 1;
        }));
    }

    public long Submit(NewJob job, CheckedPicture picture, Stream bytes)
    {
        var id = Write(work => work.Single<long>("number"));
        var file = InputName(new Claim(id, 0), picture);
        WithPicture(file, bytes, isResult: false, () => Write(work =>
        {
            var cost = EstimateCost(work, picture);
            var tag = StartTag(work, job.Class, job.Person, cost);
            work.Execute("submit", Parameters(job, id).And(new { file, picture.Width, picture.Height, picture.Work, cost, tag }));
            AddPicture(work, id, file, bytes);
            return true;
        }));
        return id;
    }

    public bool Cancel(long id, bool tellSender) => Write(work =>
    {
        if (work.First<Job>("cancel", Timed(new { id, tellSender })) is not { } job) return false;
        if (job is { QueuedAt: not null, StartedAt: null })
            work.Execute("refund", new { Class = (int)job.EffectiveClass, job.Person, job.Cost });
        return true;
    });

    public bool Retry(long id) => Write(work =>
    {
        if (work.First<Job>("find", new { id }) is not { QueuedAt: not null, InputFile: not null } job) return false;
        var cost = EstimateCost(work, new CheckedPicture(job.Width, job.Height, "", job.Work));
        return work.Execute("retry", Timed(new { id, cost, tag = StartTag(work, job.Class, job.Person, cost) })) == 1
            || work.Undo<bool>();
    });

    public Job? Find(long id) => Read(work => work.First<Job>("find", new { id }));

    public IReadOnlyList<Job> List(JobState? state, string? person, int limit) =>
        Read(work => work.Query<Job>("list", new { state = state is { } known ? NameOf(known) : null, person, limit }));

    public QueuePlace? Place(long id) => Read(work =>
    {
        var ahead = work.Single<Ahead>("ahead", new { id, limit = QueuePlace.Counted + 1 });
        if (ahead.Jobs == 0) return null;
        if (ahead.Jobs > QueuePlace.Counted) return new QueuePlace(QueuePlace.Counted + 1, null);
        var workers = Math.Max(1, Workers(work).Count);
        // All workers share what goes before; nobody shares the job itself, but what is before it is never negative either.
        return new QueuePlace((int)ahead.Jobs, (ahead.Seconds + work.Single<double>("running seconds")) / workers);
    });

    public QueueStats Stats() => Read(work => new QueueStats(
        work.Query<JobCount>("counts"), work.Single<double>("oldest", Timed()) / 1000, work.Single<double>("queued seconds"), Workers(work)));

    public void SetWeight(string person, double weight)
    {
        if (!(weight > 0) || !double.IsFinite(weight)) throw new InputException("a weight is a number above 0, such as 2");
        Write(work => work.Execute("set weight", new { person, weight }));
    }

    public Job? Claim() => Write(work => Served(work, work.First<Job>("claim", ForClaim())));

    public Job? ClaimBefore(JobClass effectiveClass, string person, double costBelow) => Write(work =>
    {
        var than = ForClaim(new { Class = (int)effectiveClass, person, cost = costBelow });
        if (work.First<Job>("claim higher class", than) is { } urgent) return Served(work, urgent);
        return costBelow > 0 && work.Single<bool>("any smaller", than) ? Served(work, work.First<Job>("claim smaller", than)) : null;
    });

    public bool Renew(Claim claim, double progress, bool isActive) =>
        Write(work => work.Execute("renew", Fenced(claim, new { Lease = Milliseconds(Options.Lease), progress, isActive })) == 1);

    public string WorkFolder(Claim claim) => Folder.WorkFolder(claim);

    public abstract string FetchInput(Job job);

    public bool Finish(Claim claim, FinishedPicture result)
    {
        var file = ResultName(claim, result);
        long bytes;
        using (var source = OpenResult(result.File, file))
        {
            bytes = source.Length;
            var isOurs = WithPicture(file, source, isResult: true, () => Write(work =>
            {
                if (work.First<Job>("held", Fenced(claim)) is not { State: JobState.Running } job)
                    return work.Single<bool>("is finished", Fenced(claim, new { file }));
                AddPicture(work, claim.JobId, file, source);
                if (result.Seconds > 0 && job.Megapixels > 0)
                    work.Execute("measured", new { work = result.Model, speed = result.Seconds / job.Megapixels });
                return work.Execute("finish", Fenced(claim, new { file, result.Width, result.Height, bytes, result.Model, result.Note, result.Seconds })) == 1;
            }));
            if (!isOurs) return false;
        }
        Forget(claim);
        return true;
    }

    public FailureOutcome Fail(Claim claim, string sentence, bool isFinal) => Write(work =>
        work.First<string>("fail", Fenced(claim, new { sentence, isFinal, Options.Attempts, retryAfter = Milliseconds(Options.RetryAfter) })) switch
        {
            null => FailureOutcome.ClaimLost,
            "failed" => FailureOutcome.Failed,
            _ => FailureOutcome.WillRetry,
        });

    public bool HandBack(Claim claim, TimeSpan notBefore) =>
        Write(work => work.Execute("hand back", Fenced(claim, new { rest = Milliseconds(notBefore) })) == 1);

    public Job? ClaimDelivery(string frontEnd) => Write(work => work.First<Job>("claim delivery", ForClaim(new { frontEnd })));

    public Job? ClaimDelivery(long id) => Write(work => work.First<Job>("claim this delivery", ForClaim(new { id })));

    public abstract string? FetchResult(Job job);

    public bool Told(Claim claim)
    {
        var isHeld = Write(work => work.Execute("told", Fenced(claim)) == 1);
        Forget(claim);
        return isHeld;
    }

    public void Forget(Claim claim) => Folder.Forget(claim);

    public void Hello(string about) => Write(work => work.Execute("hello", Timed(new { Owner, about })));

    public int RescueDead()
    {
        var dead = Read(work => work.Query<string>("lease owners")).Where(Folder.IsDead).ToList();
        return dead.Count == 0 ? 0 : Write(work => dead.Sum(owner => Rescue(work, owner)));
    }

    public int RescueExpired() => Write(work =>
        work.Single<bool>("rescue look", Timed(new { Lease = Milliseconds(Options.Lease) })) ? Rescue(work, null) : 0);

    public int Age() => Write(work =>
    {
        var jobs = work.Query<Job>("to age", Timed(new { ago = Milliseconds(Options.AgeAfter), limit = Batch }));
        foreach (var job in jobs)
        {
            var higher = job.Class - 1;
            work.Execute("age", new { job.Id, Class = (int)higher, tag = StartTag(work, higher, job.Person, job.Cost) });
        }
        return jobs.Count;
    });

    public int Expire() => Write(work => work.Execute("expire", Timed(new { ago = Milliseconds(Options.ExpireAfter) })));

    public int Clean()
    {
        var pictures = ErasePictures();
        var rows = Write(work => work.Execute("prune", Timed(new { ago = Milliseconds(Options.KeepRows) }))
            + work.Execute("prune workers", Timed(new { ago = Milliseconds(TimeSpan.FromDays(1)) })));
        return pictures + rows + Sweep();
    }

    public abstract long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation);

    public virtual void Dispose() => Folder.Dispose();

    /// <summary>Runs statements that read.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    private protected abstract T Read<T>(Func<SqlWork, T> reading);

    /// <summary>Runs statements as one transaction that is on the disk when this returns.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer, or its disk is full.</exception>
    private protected abstract T Write<T>(Func<SqlWork, T> writing);

    /// <summary>
    /// Runs a transaction that makes a picture count. Where pictures are files, the file is on the disk before, and gone again
    /// where the transaction says false or fails.
    /// </summary>
    private protected abstract bool WithPicture(string file, Stream bytes, bool isResult, Func<bool> transaction);

    /// <summary>Where pictures are in the database, adds one within the transaction that makes it count.</summary>
    private protected abstract void AddPicture(SqlWork work, long job, string file, Stream bytes);

    /// <summary>Deletes pictures that no row names any more.</summary>
    private protected abstract void DeletePictures(SqlWork work, IEnumerable<string> files);

    /// <summary>Deletes what nobody knows, left by processes that died.</summary>
    private protected abstract int Sweep();

    /// <summary>Opens a result that a worker has written; where it is gone, an earlier try may have taken it over.</summary>
    private protected abstract Stream OpenResult(string path, string file);

    /// <summary>The statement's name of a state.</summary>
    private protected static string NameOf(JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>A transaction's statements.</summary>
    private protected SqlWork Work(DbConnection connection, DbTransaction? transaction) => new(_sql, connection, transaction);

    /// <summary>Owners that hold leases.</summary>
    private protected HashSet<string> LeaseOwners() => Read(work => work.Query<string>("lease owners")).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a claim holds, by whomever.</summary>
    private protected bool IsHeld(Claim claim) => Find(claim.JobId) is { LeaseOwner: not null } job && job.Attempt == claim.Attempt;

    private protected static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static string InputName(Claim claim, CheckedPicture picture) => $"{StoreFolder.NameOf(claim)}-input{picture.Extension}";

    private static string ResultName(Claim claim, FinishedPicture result) => StoreFolder.NameOf(claim) + Path.GetExtension(result.File);

    private int ErasePictures()
    {
        var count = 0;
        List<ErasedFiles> batch;
        do
        {
            batch = Write(work =>
            {
                var due = work.Query<ErasedFiles>("to erase", Timed(new { ago = Milliseconds(Options.KeepPictures), limit = Batch })).ToList();
                foreach (var job in due) work.Execute("erase", new { job.Id });
                return due;
            });
            // The rows no longer name them; should the process end here, the sweep finds them.
            var files = batch.SelectMany(job => job.Names).ToList();
            if (files.Count > 0) Write(work => { DeletePictures(work, files); return true; });
            count += files.Count;
        }
        while (batch.Count == Batch);
        return count;
    }

    private int Rescue(SqlWork work, string? dead) => work.Execute("rescue", Timed(new
    {
        dead,
        Options.Attempts,
        sentence = CrashSentence,
        retryAfter = Milliseconds(Options.RetryAfter),
    }));

    private static Job? Served(SqlWork work, Job? job)
    {
        if (job is not null) work.Execute("served", new { Class = (int)job.EffectiveClass, job.Tag });
        return job;
    }

    private static double StartTag(SqlWork work, JobClass jobClass, string person, double cost)
    {
        work.Execute("idle class", new { Class = (int)jobClass });
        return work.Single<double>("start tag", new { Class = (int)jobClass, person, cost });
    }

    private double EstimateCost(SqlWork work, CheckedPicture picture)
    {
        var speed = work.First<double?>("speed", new { picture.Work }) ?? Options.SecondsPerMegapixel;
        return speed * picture.Width * picture.Height / 1e6;
    }

    private IReadOnlyList<WorkerRow> Workers(SqlWork work) => work.Query<WorkerRow>("workers", Timed(new { ago = Milliseconds(Options.Lease) }));

    private DynamicParameters Parameters(NewJob job, long id) => Timed(new
    {
        id,
        job.FrontEnd,
        job.Person,
        Class = (int)job.Class,
        job.Payload,
        job.Name,
        job.Model,
        job.Scale,
        Format = job.Format?.ToString(),
        job.Quality,
    });

    private DynamicParameters Timed(object? values = null)
    {
        var parameters = SqlParameters.Of(values);
        parameters.Add("now", Now, DbType.Int64);
        return parameters;
    }

    private DynamicParameters ForClaim(object? values = null) => Timed(values).And(new { Owner, Lease = Milliseconds(Options.Lease) });

    private DynamicParameters Fenced(Claim claim, object? values = null) => Timed(values).And(new { Id = claim.JobId, claim.Attempt, Owner });

    private sealed record Ahead
    {
        public long Jobs { get; init; }

        public double Seconds { get; init; }
    }

    private sealed record ErasedFiles
    {
        public long Id { get; init; }

        public string? InputFile { get; init; }

        public string? ResultFile { get; init; }

        public IEnumerable<string> Names => new[] { InputFile, ResultFile }.OfType<string>();
    }
}
