using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientMessageTests : MessageContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientUpdateTests : UpdateContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientFileTests : FileContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientFaultTests : FaultContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientHostileServerTests : HostileServerContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientTokenTests : TokenContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}

/// <summary>The own client keeps the contract.</summary>
[Collection(nameof(Alone))]
public sealed class BotClientStreamingTests : StreamingContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new BotClient(options, clock);
}
