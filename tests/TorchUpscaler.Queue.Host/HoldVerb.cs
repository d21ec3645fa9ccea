using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Host;

/// <summary>
/// <c>hold LOCATION FOLDER WHAT…</c>: makes the claims (<c>running</c>, <c>suspended</c>, <c>received</c>, <c>delivery</c>), says
/// <c>JOB ATTEMPT</c> for each and <c>ready</c>, and holds them until it is killed or its input ends.
/// </summary>
internal static class HoldVerb
{
    internal static void Run(string[] arguments)
    {
        using var store = JobStores.Open(arguments[0], arguments[1], new QueueOptions());
        foreach (var what in arguments[2..])
        {
            var job = what switch
            {
                "running" or "suspended" => store.Claim(),
                "received" or "checked" => store.ClaimReceived("test"),
                "delivery" => store.ClaimDelivery("test"),
                _ => throw new InputException($"nothing is held as '{what}'"),
            };
            if (job is null) throw new InputException($"there is nothing to hold as '{what}'");
            if (what == "checked") store.Renew(job.Claim, 0, isActive: true);
            if (what == "suspended") store.Renew(job.Claim, 0.5, isActive: false);
            Console.WriteLine($"{job.Id} {job.Attempt}");
        }
        Console.WriteLine("ready");
        Console.In.ReadToEnd();
    }
}
