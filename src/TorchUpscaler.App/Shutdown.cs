using System.Runtime.InteropServices;

namespace TorchUpscaler.App;

/// <summary>Turns Ctrl-C, SIGTERM and a closed terminal into a cancellation, so that nothing half-written stays behind.</summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _signals;

    internal Shutdown() =>
        _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(s => PosixSignalRegistration.Create(s, Cancel))];

    /// <summary>Cancelled when the program is to end.</summary>
    internal CancellationToken Token => _cancellation.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _cancellation.Dispose();
    }

    private void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true; // the runtime is not to end the process: the main thread does, after it has cleaned up
        _cancellation.Cancel();
    }
}
