using System.Data;
using Dapper;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>
/// What the stores have in common: every member is one short transaction of named statements. The databases differ in their
/// statements, in their clock, and in where they keep pictures.
/// </summary>
internal abstract partial class SqlJobStore : IJobStore
{
    private readonly StoreTables _tables;
    private bool _isWorker, _isClosed;

    /// <param name="database">The database, with the queue's tables in it; disposed with the store.</param>
    /// <param name="folder">This holder's folder on this machine; disposed with the store.</param>
    /// <param name="options">What the queue promises.</param>
    private protected SqlJobStore(StoreDatabase database, StoreFolder folder, QueueOptions options)
    {
        options.Validate();
        (Database, Folder, Options) = (database, folder, options);
        _tables = new StoreTables(database, SqlStatements.Load(typeof(SqlJobStore).Assembly, $"{database.Kind}/statements.sql"));
    }

    public abstract string Description { get; }

    public string Owner => Folder.Owner;

    public QueueOptions Options { get; }

    public StoreDatabase Database { get; }

    /// <summary>This holder's folder on this machine.</summary>
    private protected StoreFolder Folder { get; }

    public long Receive(NewJob job)
    {
        Accepted.Check(job);
        return Write(work =>
        {
            var id = work.Single<long>("number");
            return work.Execute("receive", Parameters(job, id)) == 1 ? id : Keyed(work, job);
        });
    }

    public Job? ClaimReceived(string frontEnd) => Write(work => work.First<Job>("claim received", ForClaim(new { frontEnd = Accepted.Clean(frontEnd) })));

    public bool Accept(Claim claim, CheckedPicture picture, Stream bytes)
    {
        Accepted.Check(picture);
        var file = InputName(claim, picture);
        return WithPicture(file, bytes, isResult: false, stored => Write(work =>
        {
            AddPicture(work, claim.JobId, file, stored);
            if (work.First<Job>("held", Fenced(claim)) is not { State: JobState.Received } job)
                return work.Single<bool>("is accepted", new { id = claim.JobId, file }) || work.Undo<bool>();
            var cost = EstimateCost(work, picture);
            var tag = StartTag(work, job.Class, job.Person, cost);
            return work.Execute("accept", Fenced(claim, new { file, picture.Width, picture.Height, picture.Work, cost, tag })) == 1;
        }));
    }

    public long Submit(NewJob job, CheckedPicture picture, Stream bytes)
    {
        Accepted.Check(job);
        Accepted.Check(picture);
        var id = Write(work => work.Single<long>("number"));
        var file = InputName(new Claim(id, 0), picture);
        WithPicture(file, bytes, isResult: false, stored => Write(work =>
        {
            AddPicture(work, id, file, stored);
            var cost = EstimateCost(work, picture);
            var tag = StartTag(work, job.Class, job.Person, cost);
            if (work.Execute("submit", Parameters(job, id).And(new { file, picture.Width, picture.Height, picture.Work, cost, tag })) == 1) return true;
            id = Keyed(work, job);
            return work.Undo<bool>();
        }));
        return id;
    }

    public bool Cancel(long id, bool tellSender) => Write(work =>
    {
        if (work.First<Job>("cancel", Timed(new { id, tellSender })) is not { } job) return false;
        Refund(work, job);
        return true;
    });

    public bool Retry(long id) => Write(work =>
    {
        if (work.First<Job>("find to change", new { id }) is not { QueuedAt: not null, InputFile: not null } job) return false;
        var cost = EstimateCost(work, new CheckedPicture(job.Width, job.Height, "", job.Work));
        return work.Execute("retry", Timed(new { id, cost, tag = StartTag(work, job.Class, job.Person, cost) })) == 1
            || work.Undo<bool>();
    });

    public bool IsKnownDead(string owner) => Folder.IsDead(owner);

    public int Erase(string person)
    {
        var jobs = Write(work =>
        {
            var erased = work.Query<Job>("erase person", new { person = Accepted.Clean(person) });
            foreach (var job in erased) Refund(work, job);
            return erased;
        });
        // No row names them any more; should the process end here, the sweep finds them.
        DeletePictures(jobs.SelectMany(job => new[] { job.InputFile, job.ResultFile }).OfType<string>());
        return jobs.Count;
    }

    public Job? Find(long id) => Read(work => work.First<Job>("find", new { id }));

    public IReadOnlyList<Job> List(JobState? state, string? person, int limit) =>
        Read(work => work.Query<Job>(person is null ? "list" : "list of person", new { state = state is { } known ? NameOf(known) : null, person = Accepted.Clean(person), limit }));

    public int Waiting(string person) => Read(work => work.Single<int>("waiting of person", new { person = Accepted.Clean(person) }));

    public QueuePlace? Place(long id) => Read(work =>
    {
        var ahead = work.Single<Ahead>("ahead", new { id, limit = QueuePlace.Counted + 1 });
        if (ahead.Jobs == 0) return null;
        if (ahead.Jobs > QueuePlace.Counted) return new QueuePlace(QueuePlace.Counted + 1, null);
        // All workers share what goes before; nobody shares the job itself.
        var before = ahead.Seconds - ahead.OwnSeconds + work.Single<double>("running seconds");
        return new QueuePlace((int)ahead.Jobs, Workers(work).Count is > 0 and var workers ? before / workers + ahead.OwnSeconds : null);
    });

    public QueueStats Stats() => Read(work => new QueueStats(
        work.Query<JobCount>("counts"), work.Single<double>("oldest", Timed()) / 1000, work.Single<double>("queued seconds"), Workers(work)));

    public QueueActivity Activity(TimeSpan within) => Read(work => new QueueActivity(
        work.Query<JobCount>("ended lately", Timed(new { ago = Milliseconds(within) })), work.Single<long>("people lately", Timed(new { ago = Milliseconds(within) }))));

    public void SetWeight(string person, double weight)
    {
        if (!(weight > 0) || !double.IsFinite(weight)) throw new InputException("a weight is a number above 0, such as 2");
        Accepted.CheckPerson(person);
        Write(work => work.Execute("set weight", new { person, weight }));
    }

    public Job? Claim() => Write(work => Served(work, work.First<Job>("claim", ForClaim())));

    public Job? ClaimBefore(JobClass effectiveClass, string person, double costBelow) => Write(work =>
    {
        var than = ForClaim(new { Class = (int)effectiveClass, person = Accepted.Clean(person), cost = costBelow });
        if (work.First<Job>("claim higher class", than) is { } urgent) return Served(work, urgent);
        // Out of turn: the class's clock does not jump to its tag, which would put newcomers behind all that it overtook.
        return costBelow > 0 && work.Single<bool>("any smaller", than) ? work.First<Job>("claim smaller", than) : null;
    });

    public IReadOnlyList<Claim> Running() => [.. Read(work => work.Query<Job>("running of owner", new { Owner })).Select(job => job.Claim)];

    public bool Renew(Claim claim, double progress, bool isActive) =>
        Write(work => work.Execute("renew", Fenced(claim, new { Lease = Milliseconds(Options.Lease), progress = Share(progress), isActive })) == 1);

    public string WorkFolder(Claim claim) => LocalFile.Writing(Folder.Path, () => Folder.WorkFolder(claim));

    public abstract string FetchInput(Job job);

    public bool Finish(Claim claim, FinishedPicture result)
    {
        var file = ResultName(claim, result);
        // Gone where an earlier try, whose answer was lost, has come through; or where the claim was void long enough.
        using var source = OpenResult(result.File, file);
        var isOurs = source is null ? IsFinished(claim, file, result) : WithPicture(file, source, isResult: true, stored => Write(work =>
        {
            AddPicture(work, claim.JobId, file, stored);
            if (work.First<Job>("held", Fenced(claim)) is not { State: JobState.Running } job)
                return work.Single<bool>("is finished", Fenced(claim, new { file })) || work.Undo<bool>();
            var model = Accepted.Clean(result.Model);
            if (result.Seconds > 0 && double.IsFinite(result.Seconds) && job.Megapixels > 0 && model.Length <= Accepted.LongestModels)
            {
                var speed = result.Seconds / job.Megapixels;
                var measured = CheckedPicture.HasAlpha(job.Work) ? CheckedPicture.WithAlpha(model) : model;
                work.Execute("measured", new { work = measured, speed });
                // A front end that has no models asked for it under another name.
                if (job.Work != measured) work.Execute("measured", new { work = job.Work, speed });
            }
            return work.Execute("finish", Fenced(claim, new
            {
                file,
                result.Width,
                result.Height,
                Bytes = source.Length,
                model,
                note = Accepted.Clean(result.Note),
                seconds = double.IsFinite(result.Seconds) ? result.Seconds : 0,
            })) == 1;
        }));
        Forget(claim);
        return isOurs;
    }

    public FailureOutcome Fail(Claim claim, string sentence, bool isFinal) => Write(work =>
        work.First<string>("fail", Fenced(claim, new
        {
            sentence = Accepted.Clean(sentence),
            isFinal,
            Options.Attempts,
            retryAfter = Milliseconds(Options.RetryAfter),
        })) switch
        {
            null => FailureOutcome.ClaimLost,
            "failed" => FailureOutcome.Failed,
            _ => FailureOutcome.WillRetry,
        });

    public bool HandBack(Claim claim, TimeSpan notBefore) =>
        Write(work => work.Execute("hand back", Fenced(claim, new { rest = Milliseconds(notBefore) })) == 1);

    public Job? ClaimDelivery(string frontEnd) => Write(work => work.First<Job>("claim delivery", ForClaim(new { frontEnd = Accepted.Clean(frontEnd) })));

    public Job? ClaimDelivery(long id) => Write(work => work.First<Job>("claim this delivery", ForClaim(new { id })));

    public abstract string? FetchResult(Job job);

    public bool Told(Claim claim)
    {
        var isHeld = Write(work => work.Execute("told", Fenced(claim)) == 1);
        Forget(claim);
        return isHeld;
    }

    public void Forget(Claim claim) => Folder.Forget(claim);

    public abstract long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, true)) return;
        try
        {
            if (_isWorker) Write(work => work.Execute("goodbye", new { Owner }));
        }
        catch (StoreUnavailableException)
        {
            // Its row goes with time.
        }
        Close();
        Database.Dispose();
        Folder.Dispose();
    }

    /// <summary>Closes what the store has beside its database.</summary>
    private protected virtual void Close()
    {
    }

    /// <summary>Runs statements that read.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    private protected T Read<T>(Func<SqlWork, T> reading) => _tables.Read(reading);

    /// <summary>Runs statements as one transaction that is on the disk when this returns.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer, or its disk is full.</exception>
    private protected T Write<T>(Func<SqlWork, T> writing) => _tables.Write(writing);

    /// <summary>
    /// Runs a transaction that makes a picture count. Where pictures are files, the file is on the disk before, and gone again
    /// where the transaction says false or fails. The transaction gets the picture as <see cref="AddPicture"/> wants it.
    /// </summary>
    private protected abstract bool WithPicture(string file, Stream bytes, bool isResult, Func<Stream, bool> transaction);

    /// <summary>
    /// Within the transaction that makes a picture count, and before it locks what others wait for: where pictures are in the
    /// database, adds it; where they are files, sees that it is still there.
    /// </summary>
    private protected abstract void AddPicture(SqlWork work, long job, string file, Stream picture);

    /// <summary>Where pictures are files, deletes those that no row names any more. Called after the commit that says so.</summary>
    private protected abstract void DeletePictures(IEnumerable<string> files);

    /// <summary>Deletes what nobody knows, left by processes that died.</summary>
    private protected abstract int SweepMachine();

    /// <summary>Opens a result that a worker has written, or that an earlier try to finish has placed; null where neither is there.</summary>
    private protected abstract FileStream? OpenResult(string path, string file);

    /// <summary>The statement's name of a state.</summary>
    private protected static string NameOf(JobState state) => state.ToString().ToLowerInvariant();

    /// <summary>Owners that hold leases.</summary>
    private protected HashSet<string> LeaseOwners() => Read(work => work.Query<string>("lease owners")).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a claim holds, by whomever.</summary>
    private protected bool IsHeld(Claim claim) => Read(work => IsHeld(work, claim));

    /// <summary>Whether a claim holds, by whomever.</summary>
    private protected static bool IsHeld(SqlWork work, Claim claim) =>
        work.First<Job>("find", new { id = claim.JobId }) is { LeaseOwner: not null } job && job.Attempt == claim.Attempt;

    private protected static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private static string InputName(Claim claim, CheckedPicture picture) => $"{StoreFolder.NameOf(claim)}-input{picture.Extension}";

    private static string ResultName(Claim claim, FinishedPicture result) => StoreFolder.NameOf(claim) + Path.GetExtension(result.File);

    private bool IsFinished(Claim claim, string file, FinishedPicture result) => Read(work =>
        work.Single<bool>("is finished", Fenced(claim, new { file }))
        || (IsHeld(work, claim) ? throw new FileNotFoundException($"the result {Display.Path(result.File)} was gone before it was stored") : false));

    // The job that was handed in before under the same key.
    private static long Keyed(SqlWork work, NewJob job) => work.Single<long>("keyed", new { job.FrontEnd, job.Key });

    private static Job? Served(SqlWork work, Job? job)
    {
        if (job is not null) work.Execute("served", new { Class = (int)job.EffectiveClass, job.Tag });
        return job;
    }

    private static double StartTag(SqlWork work, JobClass jobClass, string person, double cost)
    {
        work.Execute("lock clock", new { Class = (int)jobClass });
        work.Execute("idle class", new { Class = (int)jobClass });
        return work.Single<double>("start tag", new { Class = (int)jobClass, person, cost });
    }

    private double EstimateCost(SqlWork work, CheckedPicture picture)
    {
        return SpeedOf(picture.Work) * picture.Width * picture.Height / 1e6;

        // Seconds a megapixel. Alpha takes the networks a second time.
        double SpeedOf(string kind) => work.First<double?>("speed", new { work = kind })
            ?? (CheckedPicture.HasAlpha(kind) ? 2 * SpeedOf(CheckedPicture.WithoutAlpha(kind)) : Options.SecondsPerMegapixel);
    }

    // What was never served is not held against its person.
    private static void Refund(SqlWork work, Job job)
    {
        if (job is { QueuedAt: not null, StartedAt: null })
            work.Execute("refund", new { Class = (int)job.EffectiveClass, job.Person, job.Cost });
    }

    private static double Share(double progress) => progress >= 0 ? Math.Min(progress, 1) : 0; // NaN is 0 too

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
        job.Key,
    });

    private DynamicParameters Timed(object? values = null)
    {
        var parameters = SqlParameters.Of(values);
        parameters.Add("now", Database.Now, DbType.Int64);
        return parameters;
    }

    private DynamicParameters ForClaim(object? values = null) => Timed(values).And(new { Owner, Lease = Milliseconds(Options.Lease) });

    private DynamicParameters Fenced(Claim claim, object? values = null) => Timed(values).And(new { Id = claim.JobId, claim.Attempt, Owner });

    private sealed record Ahead
    {
        public long Jobs { get; init; }

        public double Seconds { get; init; }

        public double OwnSeconds { get; init; }
    }
}
