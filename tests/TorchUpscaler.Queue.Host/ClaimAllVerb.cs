namespace TorchUpscaler.Queue.Host;

/// <summary><c>claim-all LOCATION FOLDER</c>: claims jobs until none waits, and says their numbers.</summary>
internal static class ClaimAllVerb
{
    internal static void Run(string[] arguments)
    {
        using var store = JobStores.Open(arguments[0], arguments[1], new QueueOptions());
        while (store.Claim() is { } job) Console.WriteLine(job.Id);
    }
}
