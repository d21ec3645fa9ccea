using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;
using TorchUpscaler.Queue.Housekeeping;
using TorchUpscaler.Queue.Stores.Postgres;

namespace TorchUpscaler.Queue;

/// <summary>
/// Keeps the queue in order, by Quartz: takes back expired leases, ages and expires what waits, deletes what is over. On SQLite each
/// process has a schedule of its own, and a round done twice does no harm; on PostgreSQL they share one, and each round is one
/// process's, but for what concerns a machine alone.
/// </summary>
/// <param name="store">The queue; stays the caller's.</param>
/// <param name="metrics">What is measured.</param>
/// <param name="log">For the operator.</param>
public sealed class Housekeeper(IJobStore store, QueueMetrics metrics, ILogger<Housekeeper> log) : IAsyncDisposable
{
    private const int Threads = 4; // as many as there are duties: none waits for another one

    private static readonly TimeSpan StartRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly DutyLog _log = new(log);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<StandaloneSchedulerFactory> _factories = [];
    private Task _starting = Task.CompletedTask;

    /// <summary>Begins. Where the store does not answer at the moment, it begins when it does.</summary>
    public void Start() => _starting = Task.Run(async () =>
    {
        if (store is PostgresJobStore) await StartWhenPossible(BuildForMachine, Duty.OfMachine(store.Options));
        await StartWhenPossible(Build, Duty.Of(store.Options));
    });

    /// <summary>Ends, after the rounds that are under way; one that hangs is left.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await End().WaitAsync(StopPatience);
            _stop.Dispose();
        }
        catch (TimeoutException)
        {
            // The store does not answer; the process ends all the same.
        }
    }

    private async Task End()
    {
        await _starting;
        await Task.WhenAll(_factories.Select(Close));
    }

    private async Task StartWhenPossible(Func<StandaloneSchedulerFactory> build, IReadOnlyList<Duty> duties)
    {
        while (!_stop.IsCancellationRequested)
        {
            var factory = build();
            try
            {
                var scheduler = await factory.GetScheduler(_stop.Token);
                foreach (var duty in duties) await Schedule(scheduler, duty);
                await scheduler.Start(_stop.Token);
                _factories.Add(factory);
                return;
            }
#pragma warning disable CA1031 // the store's server may be out, in any way: that is tried again, and said
            catch (Exception error)
#pragma warning restore CA1031
            {
                if (!_stop.IsCancellationRequested) _log.ScheduleFailed(error);
            }
            await factory.DisposeAsync();
            await Task.Delay(StartRetry, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static async Task Close(StandaloneSchedulerFactory factory)
    {
        var scheduler = await factory.GetScheduler();
        await scheduler.Shutdown(waitForJobsToComplete: true);
        await factory.DisposeAsync();
    }

    // A schedule that is there already goes on. Replaced under the processes that follow it, its rounds would be doubled for a while:
    // what one of them has reserved of the old one it would take for its own of the new one. So a trigger is named by its interval,
    // and only one of another interval is taken away.
    private async Task Schedule(IScheduler scheduler, Duty duty)
    {
        var job = JobBuilder.Create<HousekeepingJob>().WithIdentity(duty.Name).StoreDurably().Build();
        var trigger = TriggerBuilder.Create().WithIdentity($"{duty.Name} every {duty.Every}").ForJob(job).StartNow()
            .WithSimpleSchedule(schedule => schedule
                .WithInterval(duty.Every).RepeatForever()
                // Rounds that were missed are not made up for: one does the work of all.
                .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount))
            .Build();
        await scheduler.AddJob(job, new AddJobOptions { Replace = true }, _stop.Token);
        var there = await scheduler.GetTriggersOfJob(job.Key, _stop.Token);
        try
        {
            if (!there.Any(other => other.Key.Equals(trigger.Key))) await scheduler.ScheduleJob(trigger, cancellationToken: _stop.Token);
        }
        catch (ObjectAlreadyExistsException)
        {
            // Another process did it at the same moment.
        }
        foreach (var old in there.Where(other => !other.Key.Equals(trigger.Key))) await scheduler.UnscheduleJob(old.Key, _stop.Token);
    }

    private StandaloneSchedulerFactory Build() => Build("torchupscaler", quartz =>
    {
        if (store is PostgresJobStore postgres) Share(quartz, postgres);
        else quartz.UseInMemoryStore();
    });

    private StandaloneSchedulerFactory BuildForMachine() => Build("torchupscaler on this machine", quartz => quartz.UseInMemoryStore());

    private StandaloneSchedulerFactory Build(string name, Action<IQuartzBuilder> keep) => QuartzSchedulerBuilder.Create(quartz =>
    {
        quartz.Services.AddSingleton(store).AddSingleton(metrics).AddSingleton(_log);
        quartz.ConfigureScheduler(options => options.InstanceName = name);
        quartz.UseDefaultThreadPool(Threads);
        keep(quartz);
        quartz.AddSchedulerListener(new ScheduleListener(_log));
    }).Build();

    private static void Share(IQuartzBuilder quartz, PostgresJobStore store)
    {
        quartz.ConfigureScheduler(options => options.GenerateInstanceId = true);
        quartz.UsePersistentStore(schedule => schedule
            // Quartz tries for ever to write down the end of a round whose store has gone meanwhile: that must not hold the process.
            .ConfigureStore(options => options.UseBackgroundThreads = true)
            .ProvisionSchema()
            .UsePostgres(source => source.DataSourceFactory = _ => store.Connections)
            .UseSystemTextJsonSerializer()
            .UseClustering());
    }

    /// <summary>Hears of what goes wrong in the schedule itself.</summary>
    private sealed class ScheduleListener(DutyLog log) : ISchedulerListener
    {
        public ValueTask SchedulerError(IScheduler scheduler, SchedulerErrorContext context, CancellationToken cancellationToken = default)
        {
            log.ScheduleFailed(context.Exception);
            return ValueTask.CompletedTask;
        }
    }
}
