using System.Globalization;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.App.Bot;

/// <summary>Tells the admins once a day what has happened. Which day was told is kept, so that no restart tells it twice or leaves it out.</summary>
internal sealed class DailyDigest(BotData data, Digest digest, BotSettings settings, TimeProvider clock)
{
    private const string Flag = "digest";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Tells, where it is time.</summary>
    internal void TellWhenDue()
    {
        var now = clock.GetUtcNow();
        if (settings.DigestAt is not { } at || settings.Admins.Count == 0 || TimeOnly.FromTimeSpan(now.TimeOfDay) < at) return;
        var today = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var told = data.Flags.Get(Flag);
        if (told == today) return;
        // A bot that has just been set up has nothing to tell yet.
        if (told is not null)
            data.Outbox.Add(settings.Admins.Select(admin => ($"digest {today} {admin}", new TextMessage { Chat = admin, Text = digest.Text(admin, Day) })), Flag, SendPriority.Result);
        data.Flags.Set(Flag, today);
    }
}
