namespace TorchUpscaler.Telegram.Life;

/// <summary>Wakes whoever waits for something to have changed.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next change. Taken before the look, so that no change is missed.</summary>
    internal Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something has changed.</summary>
    internal void Set() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
