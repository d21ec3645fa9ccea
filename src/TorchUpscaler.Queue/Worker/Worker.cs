using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;
using TorchUpscaler.Queue.Workers;

namespace TorchUpscaler.Queue;

/// <summary>
/// The one thread of a process that owns the engine. It advances the most urgent of the jobs that it holds by one step, again and
/// again; between steps it gives way to what is more urgent, so that nobody waits behind a giant picture.
/// </summary>
/// <param name="store">Where the jobs are; stays the caller's.</param>
/// <param name="codec">Reads and writes the pictures.</param>
/// <param name="chooser">Chooses the models.</param>
/// <param name="engines">Opened on the worker's thread.</param>
/// <param name="options">What it may use.</param>
/// <param name="metrics">What it measures.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">For the operator.</param>
public sealed partial class Worker(
    IJobStore store, IPictureCodec codec, ModelChooser chooser, EngineSupply engines, WorkerOptions options, QueueMetrics metrics,
    TimeProvider clock, ILogger<Worker> log) : IDisposable
{
    private const int MostSuspended = 2;
    private const double QuarterRule = 0.25;

    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OutageWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LetGoRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClosedWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OutageMemory = TimeSpan.FromMinutes(1);

    private readonly List<HeldJob> _held = []; // in the order in which they began
    private readonly HashSet<long> _needsAll = []; // jobs that came not to fit when they had begun
    private Workshop? _workshop;
    private LeaseKeeper? _keeper;
    private long _seen;
    private long _lastLook;
    private long _lastWork;
    private long _noClaimBefore;
    private long _nextStoring;
    private bool _mayHoldUnknown; // a claim whose answer was lost, or a hand-back that did not come through
    private volatile string? _engineProblem = "the engine is being started";
    private bool _engineIsOut;
    private volatile Outage? _outage; // the last one

    /// <summary>What keeps it from working, for the operator, or null.</summary>
    public string? Problem =>
        _keeper is { IsStalled: true } ? "the worker's thread hangs; restart the process"
        : _engineProblem ?? (_outage is { } outage && !IsOver(outage) ? outage.Reason : null);

    /// <summary>Works until it is stopped, on the calling thread. What it holds then is finished, where that takes only moments, or handed back.</summary>
    /// <exception cref="DeviceLostException">The engine's device is lost to this process. What was worked on has failed, all else is handed back.</exception>
    public void Run(CancellationToken stop)
    {
        var keeper = _keeper = new LeaseKeeper(store, options.StallAfter, About, clock, log);
        try
        {
            using var stopping = stop.Register(keeper.BeginStopping);
            TakeBackFromTheDead();
            while (!stop.IsCancellationRequested)
            {
                keeper.Beat();
                DropWhatIsLost();
                GiveBackWhatIsNotHeld();
                StoreWhatIsComputed(stop);
                if (Next(stop) is { } job) Advance(job);
                else if (_held.TrueForAll(held => held.Result is not null)) Rest(stop);
            }
            FinishWhatIsNearlyDone();
        }
        catch (DeviceLostException error)
        {
            _engineProblem = error.Message;
            _nextStoring = 0;
            StoreWhatIsComputed(CancellationToken.None); // it needs no device any more
            throw;
        }
        finally
        {
            HandBackAll();
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var held in _held) held.Dispose();
        _held.Clear();
        _workshop?.Dispose();
        _workshop = null;
        _keeper?.Dispose();
    }

    private HeldJob? Active => _held.Find(held => held.IsActive && held.Result is null);

    private IEnumerable<HeldJob> Suspended => _held.Where(held => !held.IsActive && held.Result is null);

    // The most urgent of what is held, unless the queue has something that goes before it.
    private HeldJob? Next(CancellationToken stop)
    {
        if (_workshop is null && !OpenWorkshop(stop)) return null;
        var current = Active ?? Suspended.MinBy(held => (held.Job.EffectiveClass, held.SecondsLeft));
        try
        {
            if (current is null) return MayClaim && store.Claim() is { } job ? Begin(job) : null;
            if (!MayClaim || !IsTimeToLook()) return Resumed(current);
            // Suspending a third run would cost another its work: only a more urgent class may.
            var below = Suspended.Count(held => held != current) < MostSuspended ? current.SecondsLeft * QuarterRule : 0;
            if (store.ClaimBefore(current.Job.EffectiveClass, current.Job.Person, below) is not { } urgent) return Resumed(current);
            Suspend(current);
            return Begin(urgent); // null where it failed at once: the next round goes on with what is held
        }
        catch (StoreUnavailableException error)
        {
            Note(error);
            _mayHoldUnknown = true;
            return current is null ? null : Resumed(current);
        }
    }

    // Not while a result waits for the store, while the store is out (a call may take long to fail), or where this machine has
    // just failed a job by itself: others may do better.
    private bool MayClaim =>
        clock.GetTimestamp() >= _noClaimBefore && _held.TrueForAll(held => held.Result is null) && (_outage is not { IsOfStore: true } outage || IsOver(outage));

    private void Note(IOException outage)
    {
        _outage = new Outage(outage.Message, clock.GetTimestamp(), outage is StoreUnavailableException);
        _keeper?.Ask();
    }

    // The store is back as soon as it takes a renewal; of a full disk that is not known until the next result.
    private bool IsOver(Outage outage) =>
        clock.GetElapsedTime(outage.At) > OutageMemory || (outage.IsOfStore && _keeper?.LastAnswer > outage.At);

    // Other processes' commits, and this one's renewals, change the store's version at least once a second.
    private bool IsTimeToLook()
    {
        var version = store.WaitForChange(_seen, TimeSpan.Zero, CancellationToken.None);
        if (version == _seen && clock.GetElapsedTime(_lastLook) < IdleWait) return false;
        (_seen, _lastLook) = (version, clock.GetTimestamp());
        return true;
    }

    private void Suspend(HeldJob held)
    {
        if (!held.IsActive) return;
        held.IsActive = false;
        _keeper!.Tell(held); // a crash from here on is not its failure
        Preempted(held.Job.Id, held.Share);
    }

    private HeldJob Resumed(HeldJob held)
    {
        if (held.IsActive) return held;
        held.IsActive = true;
        _keeper!.Tell(held);
        return held;
    }

    private HeldJob? Begin(Job job)
    {
        var held = new HeldJob(job);
        _held.Add(held);
        _keeper!.Add(held);
        if (IsFirstStart(job)) metrics.Waited((job.StartedAt!.Value - job.QueuedAt!.Value) / 1000.0);
        Begun(job.Id, job.Attempt, job.Person, job.EffectiveClass, job.Width, job.Height);
        return Guarded(held, Open) ? held : null;
    }

    // The lease began when the job was first started.
    private bool IsFirstStart(Job job) => job.LeaseUntil - (long)store.Options.Lease.TotalMilliseconds == job.StartedAt;

    // Opens a run beside those that are suspended; where it does not fit beside them, the lowest gives its place up. What came not to
    // fit in the middle of its run begins alone.
    private void Open(HeldJob held)
    {
        var needsAll = _needsAll.Contains(held.Job.Id);
        while (true)
        {
            var others = _held.Where(other => other != held && other.Work is not null).ToList();
            if (needsAll && others.Count > 0)
            {
                GiveUp(Lowest(others));
                continue;
            }
            try
            {
                held.Work = _workshop!.Begin(held.Job, [.. others.Select(other => other.Work!)], needsAll);
                break;
            }
            catch (DoesNotFitException) when (others.Exists(other => other.Result is null))
            {
                GiveUp(Lowest(others));
            }
        }
        while (Suspended.Count() > MostSuspended) GiveUp(Lowest(Suspended));
    }

    private static HeldJob Lowest(IEnumerable<HeldJob> held) =>
        held.Where(other => other.Result is null).MaxBy(other => (other.Job.EffectiveClass, other.SecondsLeft))!;

    // Back to the queue, uncharged.
    private void GiveUp(HeldJob held)
    {
        GivenUp(held.Job.Id, held.Share);
        store.HandBack(held.Claim, TimeSpan.Zero);
        Drop(held);
    }

    private void Advance(HeldJob held) => Guarded(held, StepOnce);

    private void StepOnce(HeldJob held)
    {
        var began = clock.GetTimestamp();
        var share = held.Work!.Step();
        held.Seconds += clock.GetElapsedTime(began).TotalSeconds;
        held.Share = share;
        _lastWork = clock.GetTimestamp();
        metrics.Stepped();
        if (share < 1) return;
        _needsAll.Remove(held.Job.Id);
        held.Result = held.Work.Finished(held.Seconds);
        held.Work.Dispose();
        held.Work = null;
        metrics.Inferred(held.Result.Model, held.Seconds);
    }

    private void StoreWhatIsComputed(CancellationToken stop)
    {
        if (clock.GetTimestamp() < _nextStoring) return;
        foreach (var held in _held.Where(held => held.Result is not null).ToList())
        {
            try
            {
                if (store.Finish(held.Claim, held.Result!))
                {
                    metrics.Ended("upscaled");
                    Upscaled(held.Job.Id, held.Seconds);
                }
                Drop(held);
                _outage = null;
            }
            catch (StoreUnavailableException error)
            {
                Note(error); // the lease is kept, and it is tried again
                if (_held.TrueForAll(other => other.Result is not null)) stop.WaitHandle.WaitOne(OutageWait);
                else _nextStoring = After(OutageWait);
                return;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LetGo(held, new IOException(error.Message, error), options.FullDiskRest);
            }
        }
    }

    /// <summary>Runs a part of a job's work; what goes wrong in it is the job's affair, and the process's only where the device is lost.</summary>
    /// <returns>Whether the job is still held.</returns>
    private bool Guarded(HeldJob held, Action<HeldJob> work)
    {
        try
        {
            work(held);
            return true;
        }
        catch (StoreUnavailableException error)
        {
            return LetGo(held, error, OutageWait);
        }
        catch (WeightsException error) when (held.Work is not null)
        {
            return Fail(held, error, isFinal: false); // a result that is not finite: another engine, or less memory, may do
        }
        catch (WeightsException error)
        {
            LetGo(held, new IOException(error.Message, error), options.FullDiskRest);
            RenewEngine(); // as long as there is no model, it does not start, and the process is unhealthy
            return false;
        }
        catch (DoesNotFitException) when (held.Work is not null && !WasAlone(held))
        {
            return StartAnew(held);
        }
        catch (DoesNotFitException error)
        {
            var sentence = $"the picture needs {MemorySize.Format(error.RequiredBytes)} of memory, more than the worker may use; send a smaller one";
            return Fail(held, new PictureException(sentence), isFinal: true);
        }
        catch (InputException error)
        {
            return Fail(held, error, isFinal: true);
        }
        catch (IOException error) when (error.GetBaseException() is IOException or UnauthorizedAccessException)
        {
            return LetGo(held, error, options.FullDiskRest);
        }
        catch (DeviceLostException error)
        {
            Fail(held, new InputException("the picture could not be computed", error), isFinal: false); // it may be what has broken the device
            throw; // no engine that this process opens will work again
        }
#pragma warning disable CA1031 // whatever an engine throws: the job is tried again, and the queue goes on
        catch (Exception error)
#pragma warning restore CA1031
        {
            EngineFailed(error, held.Job.Id);
            Fail(held, new InputException("the picture could not be computed", error), isFinal: false);
            RenewEngine();
            return false;
        }
    }

    // Whether it had all of the memory from its beginning on, as far as the queue can give it.
    private bool WasAlone(HeldJob held) => _needsAll.Contains(held.Job.Id) && !_held.Exists(other => other != held && other.Work is not null);

    // Between two of its networks the process held more than was foreseen, such as the model of a job that went first: it is nobody's
    // failure, and the job is to begin anew with nothing beside it.
    private bool StartAnew(HeldJob held)
    {
        _needsAll.Add(held.Job.Id);
        HandedBack(held.Job.Id, "its second network does not fit beside what is loaded");
        try
        {
            store.HandBack(held.Claim, TimeSpan.Zero);
        }
        catch (StoreUnavailableException error)
        {
            Note(error);
            _mayHoldUnknown = true;
        }
        Drop(held);
        if (!_held.Exists(other => other.Work is not null)) _workshop!.Unload();
        return false;
    }

    // What the disk or the store does not take now is nobody's failure.
    private bool LetGo(HeldJob held, IOException reason, TimeSpan rest)
    {
        Note(reason);
        _noClaimBefore = After(LetGoRest);
        HandedBack(held.Job.Id, reason.Message);
        try
        {
            store.HandBack(held.Claim, rest);
        }
        catch (StoreUnavailableException)
        {
            _mayHoldUnknown = true;
        }
        Drop(held);
        return false;
    }

    private bool Fail(HeldJob held, Exception error, bool isFinal)
    {
        _needsAll.Remove(held.Job.Id);
        // Closed first: what a failed run has written is not to stay in anybody's way.
        held.Dispose();
        held.Work = null;
        var sentence = error.Message;
        try
        {
            var outcome = held.IsLost ? FailureOutcome.ClaimLost : store.Fail(held.Claim, sentence, isFinal);
            if (outcome == FailureOutcome.WillRetry) metrics.Retried();
            if (outcome == FailureOutcome.Failed) metrics.Ended("failed");
            Failed(held.Job.Id, outcome, error.InnerException?.Message ?? sentence);
        }
        catch (StoreUnavailableException)
        {
            _mayHoldUnknown = true; // given back when the store is there, uncharged: better once too often than a failure too many
        }
        Drop(held);
        return false;
    }

    private void Drop(HeldJob held)
    {
        _keeper!.Remove(held);
        held.Dispose();
        _held.Remove(held);
        store.Forget(held.Claim);
        // A picture's samples are large and dead now; without this they would count in the next one's memory.
        GC.Collect();
    }

    private void DropWhatIsLost()
    {
        foreach (var held in _held.Where(held => held.IsLost).ToList())
        {
            Lost(held.Job.Id, held.Claim.Attempt);
            Drop(held);
        }
    }

    private void GiveBackWhatIsNotHeld()
    {
        if (!_mayHoldUnknown || (_outage is { IsOfStore: true } outage && !IsOver(outage))) return;
        try
        {
            foreach (var claim in store.Running().Where(claim => !_held.Exists(held => held.Claim == claim))) store.HandBack(claim, TimeSpan.Zero);
            _mayHoldUnknown = false;
        }
        catch (StoreUnavailableException error)
        {
            Note(error);
        }
    }

    private void TakeBackFromTheDead()
    {
        try
        {
            metrics.Rescued(store.RescueDead());
        }
        catch (StoreUnavailableException error)
        {
            Note(error);
        }
    }

    private bool OpenWorkshop(CancellationToken stop)
    {
        try
        {
            _workshop = new Workshop(store, codec, chooser, engines, options);
            _workshop.WarmUp();
            _engineProblem = null;
            _engineIsOut = false;
            _lastWork = clock.GetTimestamp();
            return true;
        }
#pragma warning disable CA1031 // an engine that does not start makes the process unhealthy, whatever it throws
        catch (Exception error) when (error is not DeviceLostException)
#pragma warning restore CA1031
        {
            RenewEngine();
            if (!_engineIsOut) EngineDoesNotStart(engines.Name, error.Message);
            _engineIsOut = true;
            _engineProblem = $"the engine {engines.Name} does not start: {error.Message}";
            stop.WaitHandle.WaitOne(options.RetryEngineAfter < options.StallAfter / 2 ? options.RetryEngineAfter : options.StallAfter / 2);
            return false;
        }
    }

    // An engine that has failed may be left in any state. Runs that are suspended still need it.
    private void RenewEngine()
    {
        if (_held.Exists(held => held.Work is not null)) return;
        _workshop?.Dispose();
        _workshop = null;
    }

    private void Rest(CancellationToken stop)
    {
        if (_held.Count == 0 && clock.GetElapsedTime(_lastWork) > options.UnloadAfter) _workshop?.Unload();
        try
        {
            _seen = store.WaitForChange(_seen, IdleWait, stop);
            if (!MayClaim) stop.WaitHandle.WaitOne(ClosedWait);
        }
        catch (StoreUnavailableException error)
        {
            Note(error);
            stop.WaitHandle.WaitOne(OutageWait);
        }
    }

    private void FinishWhatIsNearlyDone()
    {
        var until = After(options.FinishWithin);
        while (Active is { IsLost: false } held && held.SecondsLeft < clock.GetElapsedTime(clock.GetTimestamp(), until).TotalSeconds) Advance(held);
        StoreWhatIsComputed(CancellationToken.None);
    }

    private void HandBackAll()
    {
        foreach (var held in _held.ToList())
        {
            try
            {
                store.HandBack(held.Claim, TimeSpan.Zero);
            }
            catch (StoreUnavailableException)
            {
                // Whoever starts next on this machine takes it back.
            }
            Drop(held);
        }
    }

    private long After(TimeSpan time) => clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);

    private sealed record Outage(string Reason, long At, bool IsOfStore);

    private string About() => $"{engines.Name}{(_workshop?.Model is { } model ? $", {model}" : "")}";
}
