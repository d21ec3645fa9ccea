namespace TorchUpscaler.Queue.Housekeeping;

/// <summary>A part of the queue's regular work.</summary>
/// <param name="Name">Its name, also as the key of its job in a shared schedule.</param>
/// <param name="Every">The time between two rounds.</param>
/// <param name="Work">One round.</param>
internal sealed record Duty(string Name, TimeSpan Every, Func<IJobStore, QueueMetrics, int> Work)
{
    /// <summary>All duties, at a pace that keeps what the options promise.</summary>
    internal static IReadOnlyList<Duty> Of(QueueOptions options) =>
    [
        new("rescue", Pace(options.Lease, 4, TimeSpan.FromMinutes(1)), Rescue),
        new("age", Pace(options.AgeAfter, 30, TimeSpan.FromMinutes(1)), (store, _) => store.Age()),
        new("expire", Pace(options.ExpireAfter, 30, TimeSpan.FromMinutes(1)), (store, _) => store.Expire()),
        new("clean", Pace(options.KeepPictures, 30, TimeSpan.FromMinutes(10)), (store, _) => store.Clean()),
    ];

    /// <summary>What a shared schedule, whose rounds are one machine's, must leave to each process: only it sees what the dead of its machine held and left.</summary>
    internal static IReadOnlyList<Duty> OfMachine(QueueOptions options) =>
    [
        new("rescue on this machine", Pace(options.Lease, 4, TimeSpan.FromMinutes(1)), RescueDead),
        new("sweep this machine", Pace(options.KeepPictures, 30, TimeSpan.FromMinutes(10)), (store, _) => store.Sweep()),
    ];

    private static int RescueDead(IJobStore store, QueueMetrics metrics)
    {
        var rescued = store.RescueDead();
        metrics.Rescued(rescued);
        return rescued;
    }

    private static int Rescue(IJobStore store, QueueMetrics metrics)
    {
        var rescued = store.RescueDead() + store.RescueExpired();
        metrics.Rescued(rescued);
        return rescued;
    }

    private static TimeSpan Pace(TimeSpan promise, int rounds, TimeSpan atMost) =>
        TimeSpan.FromSeconds(Math.Clamp(promise.TotalSeconds / rounds, 0.05, atMost.TotalSeconds));
}
