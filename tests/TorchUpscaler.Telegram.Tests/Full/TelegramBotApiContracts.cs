using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Full;
using TorchUpscaler.Telegram.Tests.Contract;

namespace TorchUpscaler.Telegram.Tests.Full;

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiMessageTests : MessageContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiUpdateTests : UpdateContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiFileTests : FileContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiFaultTests : FaultContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiHostileServerTests : HostileServerContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
public sealed class TelegramBotApiTokenTests : TokenContract
{
    protected override string StandIn => LibraryTransport.StandIn;

    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}

/// <summary>Telegram.Bot keeps the contract.</summary>
[Collection(nameof(Alone))]
public sealed class TelegramBotApiStreamingTests : StreamingContract
{
    protected override IBotApi Create(BotApiOptions options, TimeProvider? clock = null) => new TelegramBotApi(options, clock);
}
