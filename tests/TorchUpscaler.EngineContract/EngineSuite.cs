using TorchUpscaler.Core;

namespace TorchUpscaler.EngineContract;

/// <summary>What the suites of the contract have in common: an engine, and whole runs of it.</summary>
public abstract class EngineSuite
{
    /// <summary>A new engine, on the thread of the test.</summary>
    protected abstract IUpscaleEngine Open();

    /// <summary>What a run needs to do its work here.</summary>
    protected static RunOptions Options { get; } = new() { Threads = 2, MemoryBytes = 8L << 30 };

    /// <summary>A picture through a model, from file to result.</summary>
    protected CollectingSink Upscale(string weights, Picture picture, RunOptions? options = null)
    {
        using var model = ModelFile.Open(weights);
        using var engine = Open();
        using var loaded = engine.Load(model);
        return Upscale(loaded, picture, options);
    }

    /// <summary>A picture through a loaded model.</summary>
    protected static CollectingSink Upscale(ILoadedModel loaded, Picture picture, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loaded);
        var sink = new CollectingSink();
        using var run = loaded.Start(picture, options ?? Options, sink);
        Samples.Finish(run, sink);
        return sink;
    }
}
