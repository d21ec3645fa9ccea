using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>
/// Runs RRDBNet on the processor's vector units. The result is that of the network on the whole picture at once; it does not
/// depend on the number of threads, and on the memory budget and the vector width only in the last bits.
/// </summary>
public sealed class CpuEngine : IUpscaleEngine
{
    private ThreadTeam? _team;

    /// <summary>The vector width in use, for people.</summary>
    public static string VectorWidth => ConvolutionKernels.ForThisMachine.Name;

    /// <inheritdoc/>
    public ILoadedModel Load(ModelFile model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Network is RrdbNetShape shape
            ? new LoadedRrdbNet(this, shape, new RrdbWeights(model, shape))
            : throw new WeightsException($"'{model.Name}' is of the network {model.Network.Kind}, which the CPU engine does not run; choose an RRDBNet model such as x4plus");
    }

    /// <inheritdoc/>
    public void Dispose() => _team?.Dispose();

    /// <summary>The team that computes; it is kept from run to run.</summary>
    internal ThreadTeam TeamOf(int threads)
    {
        if (_team?.Threads != threads)
        {
            _team?.Dispose();
            _team = new ThreadTeam(threads);
        }

        return _team;
    }
}
