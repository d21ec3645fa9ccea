using System.Diagnostics;

namespace TorchUpscaler.Queue.Tests.Housekeeping;

/// <summary>Waits for what a schedule does in its own time.</summary>
internal static class Waiting
{
    internal static void For(TimeSpan patience, Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(waited.Elapsed < patience, "what the test waits for has not come");
            Thread.Sleep(20);
        }
    }
}
