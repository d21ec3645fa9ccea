using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary>The thread that the worker works on, which owns the engine.</summary>
internal sealed partial class WorkerThread : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Worker _worker;
    private readonly ILogger _log;

    /// <summary>Starts the thread.</summary>
    internal WorkerThread(Worker worker, ILogger<WorkerThread> log)
    {
        (_worker, _log) = (worker, log);
        new Thread(Run) { Name = "worker" }.Start();
    }

    /// <summary>Ends when the thread has ended: true where it was told to, false where it broke down.</summary>
    internal Task<bool> Ended => _ended.Task;

    /// <summary>Tells the worker to stop.</summary>
    internal void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Run()
    {
        try
        {
            _worker.Run(_stop.Token);
            _ended.SetResult(true);
        }
        catch (DeviceLostException error)
        {
            DeviceIsLost(error.Message);
            _ended.SetResult(false);
        }
#pragma warning disable CA1031 // the last place that can say why the worker is no more
        catch (Exception error)
#pragma warning restore CA1031
        {
            BrokeDown(error);
            _ended.SetResult(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Reason}; this process ends, as only a new one can use the device again")]
    private partial void DeviceIsLost(string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The worker broke down; please report this")]
    private partial void BrokeDown(Exception error);
}
