namespace TorchUpscaler.Telegram;

/// <summary>Waits that are the same everywhere.</summary>
internal static class Waits
{
    /// <summary>Waits so long, or until it is to stop; never throws.</summary>
    internal static async Task Rest(this TimeProvider clock, TimeSpan time, CancellationToken stop) =>
        await Task.Delay(time, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>How long to wait after so many failures in a row: twice as long after each, up to the longest.</summary>
    internal static TimeSpan After(int failures, TimeSpan first, TimeSpan longest)
    {
        var rest = first * Math.Pow(2, Math.Clamp(failures - 1, 0, 20));
        return rest < longest ? rest : longest;
    }
}
