using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>The model of one invocation. Its weights are loaded when the first picture has passed its checks.</summary>
/// <param name="engine">Runs the network; disposed with the session.</param>
/// <param name="engineName">The engine's name in reports.</param>
/// <param name="file">The model; disposed with the session.</param>
internal sealed class ModelSession(IUpscaleEngine engine, string engineName, ModelFile file) : IDisposable
{
    private ILoadedModel? _loaded;

    /// <summary>The model's name in reports.</summary>
    internal string Name => file.Name;

    /// <summary>The engine's name in reports.</summary>
    internal string Engine => engineName;

    /// <summary>The network's sizes.</summary>
    internal NetworkShape Network => file.Network;

    /// <summary>The model, ready to run.</summary>
    /// <exception cref="WeightsException">A tensor is damaged, or the engine cannot run the network.</exception>
    internal ILoadedModel Load() => _loaded ??= engine.Load(file);

    /// <inheritdoc/>
    public void Dispose()
    {
        _loaded?.Dispose();
        engine.Dispose();
        file.Dispose();
    }
}
