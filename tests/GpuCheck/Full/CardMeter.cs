using TorchUpscaler.Torch;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>
/// What this process has taken of a card at most, and what its engines had planned to. libtorch keeps what it has once had, so that looking
/// between steps is enough, and both figures only grow. On the processor there are none.
/// </summary>
/// <param name="device">Where the engines compute.</param>
internal sealed class CardMeter(TorchDevice device)
{
    private long? _freeAtFirst; // bytes of the card, with CUDA itself on it

    /// <summary>Bytes that have been taken at most.</summary>
    public long? TakenBytes { get; private set; }

    /// <summary>Bytes that were planned at most: a run's and the weights'.</summary>
    public long? PlannedBytes { get; private set; }

    /// <summary>An engine has opened the card; what the first one finds free is what all is counted from.</summary>
    public void Open() => _freeAtFirst ??= Free();

    /// <summary>Looks, while so much is planned.</summary>
    public void Look(long plannedBytes)
    {
        if (_freeAtFirst - Free() is not { } taken) return;
        TakenBytes = Math.Max(TakenBytes ?? 0, taken);
        PlannedBytes = Math.Max(PlannedBytes ?? 0, plannedBytes);
    }

    private long? Free() => device.IsCuda ? NvidiaDriver.FreeBytes(device.Index) : null;
}
