using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;

namespace TorchUpscaler.Telegram.Intake;

/// <summary>Where updates come in, however they come: they are durable before anybody hears that they have come.</summary>
/// <param name="data">What the bot keeps.</param>
public sealed class UpdateInbox(BotData data) : IDisposable
{
    // One after the other: whoever reads in the order of numbers must not overtake a commit.
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Ends when something has come since it was asked for.</summary>
    internal Pulse Arrived { get; } = new();

    /// <summary>Keeps updates; those that are there already stay as they are. Durable when it returns.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task Add(IReadOnlyList<Update> updates, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await Task.Run(() => data.Updates.Add(updates), CancellationToken.None).ConfigureAwait(false) > 0) Arrived.Set();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
