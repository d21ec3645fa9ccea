namespace TorchUpscaler.Imaging.Tests;

/// <summary>Tests that measure the process's memory run when no others do.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
