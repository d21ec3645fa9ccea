using Microsoft.Extensions.Logging;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Sending;

namespace TorchUpscaler.Telegram;

/// <summary>What the bot works with.</summary>
/// <param name="Api">Fetches updates and pictures.</param>
/// <param name="Sender">Sends; all that the bot says goes through it.</param>
/// <param name="Store">The queue.</param>
/// <param name="Data">What the bot keeps.</param>
/// <param name="Codec">Writes results anew where they are too big.</param>
/// <param name="Check">Checks pictures before they are queued.</param>
/// <param name="Metrics">What is measured.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Logs">The loggers.</param>
public sealed record BotTools(
    IBotApi Api, SendScheduler Sender, IJobStore Store, BotData Data, IPictureCodec Codec, PictureCheck Check, BotMetrics Metrics, TimeProvider Clock, ILoggerFactory Logs);
