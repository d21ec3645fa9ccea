using System.Runtime.InteropServices;

namespace TorchUpscaler.App;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into a cancellation, so that nothing half-written stays behind.</summary>
internal sealed class Shutdown : IDisposable
{
    // The program looks for a cancellation many times a second, but some work (loading a model, a library's coding of a
    // whole picture) cannot be interrupted: it is left as it is.
    private static readonly TimeSpan ShortGrace = TimeSpan.FromMilliseconds(400);

    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _signals;
    private Timer? _end;

    internal Shutdown() =>
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Cancel))];

    /// <summary>
    /// Cancelled when the program is to end. What is registered on it runs at once, on a thread of its own, and has the time
    /// of <see cref="Grace"/>; then the process ends, wherever it is.
    /// </summary>
    internal CancellationToken Token => _cancellation.Token;

    /// <summary>The time between the signal and the end: a few tenths of a second, where a command does not ask for more. A longer one is cut short by a second signal.</summary>
    internal TimeSpan Grace { get; set; } = ShortGrace;

    /// <summary>What is said where the process is ended in the middle of its work.</summary>
    internal Action LastWord { get; set; } = () => { };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _end?.Dispose();
        _cancellation.Dispose();
    }

    private void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true; // the runtime is not to end the process: the main thread does, after it has cleaned up
        if (_cancellation.IsCancellationRequested)
        {
            if (Grace > ShortGrace) End();
            return;
        }
        _end = new Timer(_ => End(), null, Grace, Timeout.InfiniteTimeSpan);
        _cancellation.Cancel();
    }

    private void End()
    {
        LastWord();
        Environment.Exit(ExitCodes.Cancelled);
    }
}
