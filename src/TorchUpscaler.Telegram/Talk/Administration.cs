using System.Globalization;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>The commands of those who run the bot.</summary>
internal sealed class Administration(TalkTools tools, BroadcastDialog broadcasts)
{
    private const int MostBusy = 5;

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    /// <summary>Whether a call is one of these commands.</summary>
    internal static bool Knows(Call call) => call.Command is "stats" or "ban" or "unban" or "vip" or "unvip" or "pause" or "resume" or "broadcast";

    /// <summary>Does a command. The caller has made sure that an administrator gave it.</summary>
    internal Task Do(Call call, Message message, Guest guest) => call.Command switch
    {
        "stats" => tools.Replies.Say(message, guest, Stats(guest.Speech)),
        "pause" => Pause(message, guest, true),
        "resume" => Pause(message, guest, false),
        "broadcast" => broadcasts.Ask(call, message, guest),
        _ => Mark(call, message, guest),
    };

    private Task Pause(Message message, Guest guest, bool isPaused)
    {
        tools.Data.Flags.IsPaused = isPaused;
        return tools.Replies.Say(message, guest, guest.Speech.Say(isPaused ? TextKey.AdminPaused : TextKey.AdminResumed));
    }

    private Task Mark(Call call, Message message, Guest guest)
    {
        var said = Whom(call, message) switch
        {
            null => guest.Speech.Say(TextKey.AdminWho, ("command", call.Command), ("bot", tools.Username)),
            { } id when call.Command == "ban" && tools.Options.Admins.Contains(id) => guest.Speech.Say(TextKey.AdminNotYourself),
            { } id => Marked(call.Command, id, guest.Speech),
        };
        return tools.Replies.Say(message, guest, said);
    }

    private FormattedText Marked(string command, long id, Speech speech)
    {
        (string, TextValue) who = ("id", id);
        switch (command)
        {
            case "ban":
                tools.Data.People.SetBanned(id, true);
                return speech.Say(TextKey.AdminBanned, who, ("count", CancelAllOf(id)));
            case "unban":
                tools.Data.People.SetBanned(id, false);
                return speech.Say(TextKey.AdminUnbanned, who);
            case "vip":
                tools.Data.People.SetVip(id, true);
                return speech.Say(TextKey.AdminVip, who);
            default:
                tools.Data.People.SetVip(id, false);
                return speech.Say(TextKey.AdminUnvip, who);
        }
    }

    // Somebody is told by their number, or by a message of theirs.
    private static long? Whom(Call call, Message message)
    {
        if (call.Arguments.Length > 0)
            return long.TryParse(call.Arguments.Split(' ', '\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
        return message.ReplyToMessage?.From is { IsBot: false } from && message.Chat.IsGroup ? from.Id : null;
    }

    private int CancelAllOf(long id) =>
        OwnPictures.Cancellable(tools.Store, PictureRequest.QueueName(id)).Count(job => tools.Store.Cancel(job.Id, tellSender: true));

    private FormattedText Stats(Speech speech)
    {
        var queue = tools.Store.Stats();
        var lately = tools.Store.Activity(s_day);
        var people = tools.Data.People.Count(s_day);
        var text = speech.Say(TextKey.AdminStats, ("waiting", Of(queue, JobState.Received, JobState.Queued)), ("time", speech.Time(queue.SecondsQueued)),
            ("running", Of(queue, JobState.Running)), ("sending", Of(queue, JobState.Upscaled)), ("oldest", speech.Time(queue.OldestWait)),
            ("done", lately.Of(JobState.Delivered) + lately.Of(JobState.Upscaled)), ("failed", lately.Of(JobState.Failed)),
            ("cancelled", lately.Of(JobState.Cancelled)), ("expired", lately.Of(JobState.Expired)), ("workers", queue.Workers.Count),
            ("people", people.People), ("active", lately.People), ("blocked", people.Blocked));
        var paused = tools.Data.Flags.IsPaused ? speech.Say(TextKey.AdminStatsPaused) : null;
        var broadcast = Broadcasts.LeftOf(tools.Data) is { } left ? speech.Say(TextKey.AdminBroadcasting, ("left", left)) : null;
        return StatusTexts.Lines([text, .. Busiest(speech), paused, broadcast]);
    }

    // Whom to ask, or to ban: people are known by their numbers only.
    private IEnumerable<FormattedText> Busiest(Speech speech)
    {
        var people = tools.Data.People.Busiest(s_day, MostBusy);
        if (people.Count == 0) return [];
        return [speech.Say(TextKey.AdminStatsBusiest), .. people.Select(person => speech.Say(TextKey.AdminStatsBusy, ("id", person.Id), ("count", person.Pictures)))];
    }

    /// <summary>How many jobs are in these states.</summary>
    internal static long Of(QueueStats queue, params JobState[] states) => queue.Jobs.Where(count => states.Contains(count.State)).Sum(count => count.Count);
}
