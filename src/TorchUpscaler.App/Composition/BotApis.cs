using TorchUpscaler.Telegram.Api;
#if FULL_PACKAGES
using TorchUpscaler.Telegram.Full;
#endif

namespace TorchUpscaler.App.Composition;

/// <summary>The way to Telegram that this build has: Telegram.Bot with the full packages, else the own client.</summary>
internal static class BotApis
{
    /// <summary>Opens it.</summary>
    /// <param name="options">Token, address, tries.</param>
    /// <param name="clock">The clock of its waits.</param>
    internal static IBotApi Open(BotApiOptions options, TimeProvider clock) =>
#if FULL_PACKAGES
        new TelegramBotApi(options, clock);
#else
        new BotClient(options, clock);
#endif
}
