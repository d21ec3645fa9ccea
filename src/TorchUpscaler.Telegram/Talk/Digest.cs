using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What those who run the bot are told once a day.</summary>
/// <param name="store">The queue.</param>
/// <param name="data">What the bot keeps.</param>
public sealed class Digest(IJobStore store, BotData data)
{
    /// <summary>What has happened lately.</summary>
    /// <param name="admin">Who is told, in their language.</param>
    /// <param name="window">How long ago at most.</param>
    public FormattedText Text(long admin, TimeSpan window)
    {
        var person = data.People.Find(admin);
        var speech = Speech.In(Languages.Of(person?.Language ?? person?.TelegramLanguage));
        var queue = store.Stats();
        var lately = store.Activity(window);
        return speech.Say(TextKey.AdminDigest, ("window", speech.Period(window)),
            ("done", lately.Of(JobState.Delivered) + lately.Of(JobState.Upscaled)), ("failed", lately.Of(JobState.Failed)),
            ("cancelled", lately.Of(JobState.Cancelled)), ("expired", lately.Of(JobState.Expired)),
            ("active", lately.People), ("fresh", data.People.Count(window).Recent),
            ("waiting", Administration.Of(queue, JobState.Received, JobState.Queued)), ("time", speech.Time(queue.SecondsQueued)), ("workers", queue.Workers.Count));
    }
}
