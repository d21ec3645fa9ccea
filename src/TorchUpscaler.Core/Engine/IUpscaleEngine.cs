namespace TorchUpscaler.Core;

/// <summary>Runs networks of the Real-ESRGAN family. All calls to one engine and what comes from it are made from one thread.</summary>
public interface IUpscaleEngine : IDisposable
{
    /// <summary>Prepares a model's weights for running.</summary>
    /// <param name="model">
    /// The opened model file. Its values are checked during the call; an engine may read them again later, from the open file that it shares.
    /// The caller disposes its object.
    /// </param>
    /// <exception cref="WeightsException">The engine cannot run this network, or a tensor is damaged.</exception>
    ILoadedModel Load(ModelFile model);
}

/// <summary>A model whose weights are in place.</summary>
public interface ILoadedModel : IDisposable
{
    /// <summary>The network's sizes.</summary>
    NetworkShape Network { get; }

    /// <summary>Plans a picture's run. Computes nothing yet.</summary>
    /// <param name="input">The picture; its colour channels are the network's input (grey is repeated), alpha is not looked at.</param>
    /// <param name="options">Memory, threads, precision.</param>
    /// <param name="output">Takes the result's rows as they are finished. The caller disposes it.</param>
    /// <exception cref="DoesNotFitException">The memory budget is too small for an exact result; says what would do.</exception>
    IUpscaleRun Start(Picture input, RunOptions options, IRowSink output);
}

/// <summary>One picture on its way through the network.</summary>
public interface IUpscaleRun : IDisposable
{
    /// <summary>Does the next small piece of work, at most about 0.25 s, and hands finished rows to the sink.</summary>
    /// <returns>The share of the run that is done, 0 to 1; 1 exactly when the sink has been completed.</returns>
    /// <remarks>The last step also waits for the sink's <see cref="IRowSink.Complete"/>, however long an encoder takes to end.</remarks>
    /// <exception cref="IOException">The sink, or a temporary file, cannot be written. The run can only be disposed then.</exception>
    /// <exception cref="WeightsException">The network's result is not finite. The run can only be disposed then.</exception>
    /// <exception cref="DeviceLostException">The device is lost to this process, and with it every run and engine on it.</exception>
    double Step();
}

/// <summary>What a run may use.</summary>
public sealed record RunOptions
{
    /// <summary>Bound of the whole process's peak resident memory in bytes, weights and everything else included.</summary>
    public long MemoryBytes { get; init; } = MemorySize.DefaultBudget();

    /// <summary>Bytes of that budget which the caller itself will still take while the run goes on: for an encoder, for example.</summary>
    public long ReservedBytes { get; init; } = 32L << 20;

    /// <summary>Threads that compute, the caller's among them. The result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>What the network computes in.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>Where a run may keep a temporary file, should it need one: a folder on a disk, with room for the result's pixels.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();
}
