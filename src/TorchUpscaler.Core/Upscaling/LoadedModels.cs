namespace TorchUpscaler.Core;

/// <summary>An engine and the models that it has loaded, kept from picture to picture. Used from one thread, as the engine is.</summary>
/// <param name="engine">Runs the networks; disposed with this object.</param>
public sealed class LoadedModels(IUpscaleEngine engine) : IDisposable
{
    private readonly Dictionary<(string Path, string? Partner, double Share), ILoadedModel> _loaded = [];

    /// <summary>The chain of a choice, ready to run.</summary>
    /// <exception cref="WeightsException">A tensor is damaged, or the engine cannot run the network.</exception>
    public IReadOnlyList<ILoadedModel> Load(ModelChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return [.. choice.Chain.Select(Load)];
    }

    /// <summary>Gives back the memory of all models that a choice does not need, for a picture that does not fit beside them.</summary>
    /// <returns>Whether there were any: then another try is worth it.</returns>
    public bool ReleaseAllBut(ModelChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var others = _loaded.Keys.Except(choice.Chain.Select(model => model.Key)).ToList();
        foreach (var key in others)
        {
            _loaded[key].Dispose();
            _loaded.Remove(key);
        }
        return others.Count > 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _loaded.Values) model.Dispose();
        _loaded.Clear();
        engine.Dispose();
    }

    private ILoadedModel Load(InstalledModel model)
    {
        if (_loaded.TryGetValue(model.Key, out var loaded)) return loaded;
        using var file = model.OpenFile();
        return _loaded[model.Key] = engine.Load(file);
    }
}
