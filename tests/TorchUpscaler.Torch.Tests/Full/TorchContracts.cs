using TorchUpscaler.Core;
using TorchUpscaler.Torch.Full;

namespace TorchUpscaler.Torch.Tests.Full;

/// <summary>The engine on the processor keeps the contract.</summary>
public sealed class TorchNetworkTests : NetworkContract
{
    protected override IUpscaleEngine Open() => new TorchEngine(new TorchOptions());
}

/// <summary>The engine on the processor keeps the contract.</summary>
public sealed class TorchCompactTests : CompactContract
{
    protected override IUpscaleEngine Open() => new TorchEngine(new TorchOptions());
}

/// <summary>The engine on the processor keeps the contract.</summary>
public sealed class TorchRunTests : RunContract
{
    protected override IUpscaleEngine Open() => new TorchEngine(new TorchOptions());
}
