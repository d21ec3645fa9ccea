using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>What is demanded of every implementation of <see cref="IBotApi"/>.</summary>
public abstract class ClientContract
{
    /// <summary>A client.</summary>
    /// <param name="options">How it reaches the server.</param>
    /// <param name="clock">The clock of all its waits; the system's by default.</param>
    protected abstract IBotApi Create(BotApiOptions options, TimeProvider? clock = null);
}
