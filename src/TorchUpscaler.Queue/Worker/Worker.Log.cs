using Microsoft.Extensions.Logging;

namespace TorchUpscaler.Queue;

/// <content>What the worker tells the operator. Numbers and reasons; never a picture's content, nor its name.</content>
public sealed partial class Worker
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job} begins: attempt {Attempt}, {Person}, class {Class}, {Width}×{Height}")]
    private partial void Begun(long job, int attempt, string person, JobClass @class, int width, int height);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job} is upscaled: {Seconds:0.0} s")]
    private partial void Upscaled(long job, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job} lets another one go first; {Share:P0} is done")]
    private partial void Preempted(long job, double share);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job} goes back to the queue to make room; {Share:P0} was done")]
    private partial void GivenUp(long job, double share);

    [LoggerMessage(Level = LogLevel.Information, Message = "Job {Job}, attempt {Attempt}, is this worker's no more: cancelled, or given to another")]
    private partial void Lost(long job, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job}: {Outcome}: {Reason}")]
    private partial void Failed(long job, FailureOutcome outcome, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} is handed back: {Reason}")]
    private partial void HandedBack(long job, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The engine failed at job {Job}")]
    private partial void EngineFailed(Exception error, long job);

    [LoggerMessage(Level = LogLevel.Error, Message = "The engine {Engine} does not start; it is tried again until it does: {Reason}")]
    private partial void EngineDoesNotStart(string engine, string reason);
}
