using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Full;

/// <summary>A run of which something is told when it begins, as many are planned that never do.</summary>
/// <param name="run">The run; disposed with this object.</param>
/// <param name="announce">Tells of it.</param>
internal sealed class AnnouncedRun(IUpscaleRun run, Action announce) : IUpscaleRun
{
    private bool _isAnnounced;

    /// <inheritdoc/>
    public double Step()
    {
        if (!_isAnnounced) announce();
        _isAnnounced = true;
        return run.Step();
    }

    /// <inheritdoc/>
    public void Dispose() => run.Dispose();
}
