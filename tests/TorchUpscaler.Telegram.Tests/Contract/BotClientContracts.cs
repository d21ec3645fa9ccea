using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientMessageTests : MessageContract
{
    protected override IBotApi Create(BotApiOptions options) => new BotClient(options);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientUpdateTests : UpdateContract
{
    protected override IBotApi Create(BotApiOptions options) => new BotClient(options);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientFileTests : FileContract
{
    protected override IBotApi Create(BotApiOptions options) => new BotClient(options);
}

/// <summary>The own client keeps the contract.</summary>
public sealed class BotClientFaultTests : FaultContract
{
    protected override IBotApi Create(BotApiOptions options) => new BotClient(options);
}
