using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Host;

/// <summary><c>open LOCATION FOLDER</c>: opens a store, and says what it is or why it cannot be opened.</summary>
internal static class OpenVerb
{
    internal static void Run(string[] arguments)
    {
        try
        {
            using var store = JobStores.Open(arguments[0], arguments[1], new QueueOptions());
            Console.WriteLine($"opened {store.Description}");
        }
        catch (InputException refusal)
        {
            Console.WriteLine($"refused: {refusal.Message}");
        }
    }
}
