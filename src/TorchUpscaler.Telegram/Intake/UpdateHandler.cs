using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Intake;

/// <summary>
/// Does what an update asks for. The updates of an album come together, in their order; all others alone. When it returns, they are
/// done; where it throws, they are tried again, so what it does must bear being done twice.
/// </summary>
/// <param name="updates">One update, or those of an album.</param>
/// <param name="cancellation">The process is to end.</param>
public delegate Task UpdateHandler(IReadOnlyList<Update> updates, CancellationToken cancellation);
