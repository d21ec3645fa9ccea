using Quartz;

namespace TorchUpscaler.Queue.Housekeeping;

/// <summary>One round of the duty that the job is named after. Quartz makes one for each round.</summary>
[DisallowConcurrentExecution]
internal sealed class HousekeepingJob(IJobStore store, QueueMetrics metrics, DutyLog log) : IJob
{
    /// <inheritdoc/>
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // A newer program that shares the schedule may have put duties into it that this one does not know.
        var duty = Duty.Of(store.Options).Concat(Duty.OfMachine(store.Options)).FirstOrDefault(duty => duty.Name == context.JobDetail.Key.Name);
        if (duty is not null) Run(duty);
        return ValueTask.CompletedTask;
    }

    private void Run(Duty duty)
    {
        try
        {
            log.Done(duty.Name, duty.Work(store, metrics));
        }
#pragma warning disable CA1031 // one round that fails, for whatever reason, must not end the schedule
        catch (Exception error)
#pragma warning restore CA1031
        {
            log.Failed(duty.Name, error);
        }
    }
}
