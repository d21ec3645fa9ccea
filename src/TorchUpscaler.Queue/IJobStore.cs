using TorchUpscaler.Core;
using TorchUpscaler.Queue.Stores;

namespace TorchUpscaler.Queue;

/// <summary>
/// Keeps jobs, their pictures and their results, so that nothing that was accepted is lost. An opened store is one holder of
/// leases (<see cref="Owner"/>), known to be dead when its process is. All members may be called from several threads at once,
/// and wait for the disk or the server.
/// </summary>
/// <remarks>
/// Whatever the store cannot do at the moment (its server restarts, its disk is full) is a <see cref="StoreUnavailableException"/>:
/// nothing has changed then, or, where a commit's answer was lost, everything has. A call that failed so can be made again, and
/// <see cref="Accept"/> and <see cref="Finish"/> then know what came through; <see cref="Receive"/> and <see cref="Submit"/> would
/// hand in a second job, unless it has a <see cref="NewJob.Key"/>.
/// </remarks>
public interface IJobStore : IDisposable
{
    /// <summary>What it is, for people: <c>SQLite 3.50.4, /data/queue</c>. Never a password.</summary>
    string Description { get; }

    /// <summary>This store's name as a holder of leases.</summary>
    string Owner { get; }

    /// <summary>What it promises.</summary>
    QueueOptions Options { get; }

    /// <summary>The database that it is in, where parts of the program that belong to the queue may keep what is theirs.</summary>
    StoreDatabase Database { get; }

    /// <summary>Takes a job whose picture is still to be fetched. Durable when it returns.</summary>
    /// <returns>Its number; that of an earlier job where one with this <see cref="NewJob.Key"/> is there.</returns>
    long Receive(NewJob job);

    /// <summary>Gives the next received job of a front end to this holder, to fetch and check its picture; null where none waits.</summary>
    /// <remarks>
    /// It is not active: while it is fetched, a crash is not its failure. Whoever begins to read the picture says so by
    /// <see cref="Renew"/>. What a holder died over then, or failed at, as often as <see cref="QueueOptions.Attempts"/> says has failed.
    /// </remarks>
    Job? ClaimReceived(string frontEnd);

    /// <summary>Stores the picture of a received job and queues it. Durable when it returns.</summary>
    /// <param name="claim">From <see cref="ClaimReceived"/>.</param>
    /// <param name="picture">What its header says.</param>
    /// <param name="bytes">The file, read to its end.</param>
    /// <returns>False where the claim was void: nothing has been stored.</returns>
    bool Accept(Claim claim, CheckedPicture picture, Stream bytes);

    /// <summary><see cref="Receive"/> and <see cref="Accept"/> in one. Durable when it returns.</summary>
    /// <returns>The job's number; that of an earlier job where one with this <see cref="NewJob.Key"/> is there.</returns>
    long Submit(NewJob job, CheckedPicture picture, Stream bytes);

    /// <summary>Ends a job that has not been upscaled yet, wherever it is; a worker that holds it notices at its next renewal.</summary>
    /// <param name="id">The job.</param>
    /// <param name="tellSender">Whether its sender is still to be told.</param>
    /// <returns>False where there is no such job or it has ended already.</returns>
    bool Cancel(long id, bool tellSender);

    /// <summary>Queues a job again that failed, expired or was cancelled and whose picture is still there, as if it were new.</summary>
    /// <returns>False where that cannot be.</returns>
    bool Retry(long id);

    /// <summary>
    /// Deletes all jobs of a person, wherever they are, with their pictures and results. Nobody is told; a holder that works on one
    /// drops it at its next renewal. What is owed to fairness stays: the person's weight, and what was served lately.
    /// </summary>
    /// <returns>How many jobs there were.</returns>
    int Erase(string person);

    /// <summary>A job, or null.</summary>
    Job? Find(long id);

    /// <summary>Jobs, the newest first.</summary>
    /// <param name="state">Only of this state.</param>
    /// <param name="person">Only of this person.</param>
    /// <param name="limit">At most so many.</param>
    IReadOnlyList<Job> List(JobState? state, string? person, int limit);

    /// <summary>How many of a person's jobs have not ended.</summary>
    int Waiting(string person);

    /// <summary>A queued job's place, or null where the job does not wait.</summary>
    QueuePlace? Place(long id);

    /// <summary>What waits, runs and has ended, and which workers there are.</summary>
    QueueStats Stats();

    /// <summary>What has ended lately, and who has sent pictures; of what is deleted nothing is known.</summary>
    /// <param name="within">How long ago at most.</param>
    QueueActivity Activity(TimeSpan within);

    /// <summary>Sets a person's weight: with 2, twice the share of others (who have 1) under load. For jobs that come from now on.</summary>
    void SetWeight(string person, double weight);

    /// <summary>Gives the most urgent queued job to this holder; null where none waits.</summary>
    Job? Claim();

    /// <summary>
    /// Gives a queued job to this holder that goes before a run: the first of a more urgent class, else the first of the same
    /// class, of another person, whose cost is under the given one; null where there is none.
    /// </summary>
    /// <param name="effectiveClass">The run's class.</param>
    /// <param name="person">The run's person.</param>
    /// <param name="costBelow">Seconds; 0 lets only a more urgent class go before.</param>
    Job? ClaimBefore(JobClass effectiveClass, string person, double costBelow);

    /// <summary>The claims on running jobs that this holder has by the store's word: one whose answer was lost is among them.</summary>
    IReadOnlyList<Claim> Running();

    /// <summary>Renews a claim's lease.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="progress">The share that is done, 0 to 1.</param>
    /// <param name="isActive">Whether it is being worked on, so that a crash would count as its failure.</param>
    /// <returns>False where the claim is void: the holder drops the job.</returns>
    bool Renew(Claim claim, double progress, bool isActive);

    /// <summary>A folder of this claim's own on this machine, made if it is not there, for the result and temporary files.</summary>
    string WorkFolder(Claim claim);

    /// <summary>A path at which the job's picture can be read on this machine, until the claim's end.</summary>
    /// <exception cref="PictureException">The stored picture is gone.</exception>
    string FetchInput(Job job);

    /// <summary>Stores the result and ends the claim: the job is upscaled. Durable when it returns.</summary>
    /// <returns>False where the claim was void: the result has been thrown away.</returns>
    bool Finish(Claim claim, FinishedPicture result);

    /// <summary>Ends a claim of a received or running job with a failure.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="sentence">Why, for its sender.</param>
    /// <param name="isFinal">Whether trying again is of no use.</param>
    FailureOutcome Fail(Claim claim, string sentence, bool isFinal);

    /// <summary>Gives a claim back without having done the job; that is no failure of it.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="notBefore">How long it is to rest.</param>
    /// <returns>False where the claim was void already.</returns>
    bool HandBack(Claim claim, TimeSpan notBefore);

    /// <summary>Gives the next job to this holder whose sender is to get its result or to be told of its end; null where there is none.</summary>
    Job? ClaimDelivery(string frontEnd);

    /// <summary>Like <see cref="ClaimDelivery(string)"/>, for one job.</summary>
    Job? ClaimDelivery(long id);

    /// <summary>A path at which an upscaled job's result can be read on this machine; null where it has none.</summary>
    string? FetchResult(Job job);

    /// <summary>The sender has the result, or has been told of the end. Ends the claim.</summary>
    /// <returns>False where the claim was void.</returns>
    bool Told(Claim claim);

    /// <summary>Releases what the holder keeps on this machine for a claim that it is done with.</summary>
    void Forget(Claim claim);

    /// <summary>Whether a holder was a process on this machine that lives no more. Of other machines' it is not known: false.</summary>
    bool IsKnownDead(string owner);

    /// <summary>Tells that this holder is there as a worker.</summary>
    /// <param name="about">What it says about itself.</param>
    void Hello(string about);

    /// <summary>Takes back the leases of dead processes of this machine. Their jobs are queued again; what they worked on counts a failure.</summary>
    /// <returns>How many jobs were taken back.</returns>
    int RescueDead();

    /// <summary>Takes back the leases that have run out, likewise; but after an outage of the store itself, holders first have a lease's time to renew them.</summary>
    /// <remarks>To be called several times in a lease by somebody: where nobody has called for longer, that is taken for an outage.</remarks>
    /// <returns>How many jobs were taken back.</returns>
    int RescueExpired();

    /// <summary>Lets jobs that have waited long count one class higher.</summary>
    int Age();

    /// <summary>Ends jobs that have waited too long.</summary>
    int Expire();

    /// <summary>Deletes pictures, then rows, whose time is over, and what dead processes left on this machine.</summary>
    /// <returns>How many pictures, rows and files went.</returns>
    int Clean();

    /// <summary>Deletes what dead processes left on this machine: their folders and locks, and with SQLite files that no row knows.</summary>
    /// <returns>How many files and folders went.</returns>
    int Sweep();

    /// <summary>Returns when the queue may have changed since it was last looked at, or after the given time, or cancelled.</summary>
    /// <param name="seen">What the last call returned; 0 at first. Taken before the look, so that no change is missed.</param>
    /// <param name="atMost">How long to wait.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>To be given to the next call.</returns>
    long WaitForChange(long seen, TimeSpan atMost, CancellationToken cancellation);
}

/// <summary>The store cannot be reached or written at the moment; the call can be made again.</summary>
/// <param name="message">What is the matter, for the operator. No password stands in it.</param>
/// <param name="cause">The database's reason.</param>
public sealed class StoreUnavailableException(string message, Exception cause) : IOException(message, cause);
