using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.App.Service;

/// <summary>A setting: what it is called, what it means, and how its text is read. README lists them all.</summary>
/// <param name="Key">Its name in <c>appsettings.json</c>, groups divided by colons; in the environment <c>TORCHUPSCALER__</c> with <c>__</c> for each colon.</param>
/// <param name="Option">Its option on the command line, or null: <c>--set KEY=VALUE</c>.</param>
/// <param name="Default">The default, as a person writes or says it.</param>
/// <param name="About">What it means.</param>
/// <param name="Apply">The settings with a text as its value; throws <see cref="FormatException"/> with what the text is not, and an example.</param>
internal sealed record Setting(string Key, string? Option, string Default, string About, Func<ServiceSettings, string, ServiceSettings> Apply)
{
    private static readonly TimeSpan LongestQuota = TimeSpan.FromDays(31);

    /// <summary>All settings, in README's order.</summary>
    internal static readonly IReadOnlyList<Setting> All =
    [
        new("Store", "--store", "~/.local/share/torchupscaler/queue", "the store: a folder (SQLite), or a PostgreSQL database as `postgres://USER@HOST/DATABASE?passwordFile=FILE`",
            (s, text) => s with { Store = text }) { IsSecret = true },
        new("WorkFolder", null, "~/.local/share/torchupscaler/work", "with PostgreSQL, this machine's folder for what is worked on",
            (s, text) => s with { WorkFolder = text }),
        new("Weights", "--weights", "none", "a folder with models, searched before the others",
            (s, text) => s with { Weights = text }),
        new("Listen", "--listen", "127.0.0.1:9464", "address and port of `/healthz` and `/metrics`; port 0 takes a free one, `off` none",
            (s, text) => s with { Listen = Address(text) }),
        new("LogFormat", "--log-format", "text", "`text` or `json`",
            (s, text) => s with { LogFormat = Name<LogFormat>(text, "text or json") }),
        new("LogLevel", "--log-level", "information", "`debug`, `information`, `warning` or `error`",
            (s, text) => s with { LogLevel = Name<LogLevel>(text, "debug, information, warning or error") }),
        new("Worker:Engine", "--engine", "auto", "`auto`, `cpu` or `torch`",
            (s, text) => s with { Engine = s.Engine with { Engine = OneOf(Engines.Names, text) } }),
        new("Worker:Device", "--device", "auto", "where the Torch engine computes: `cuda:0` or another card, `cpu`, or `auto`: the first card that will do, else the processor",
            (s, text) => s with { Engine = s.Engine with { Device = Engines.DeviceOf(text) } }),
        new("Worker:Precision", "--precision", "auto", "`fp32`, `fp16` (on a card), or `auto`: what the card is made for",
            (s, text) => WithPrecision(s, (Precision)Array.IndexOf(Engines.Precisions, OneOf(Engines.Precisions, text)))),
        new("Worker:CardMemory", "--card-memory", "auto", "the most of a card's memory that this process takes, such as 4GB, or `auto`: nine tenths of what is free",
            (s, text) => s with { Engine = s.Engine with { CardBytes = text == "auto" ? null : Memory(text) } }),
        new("Worker:Codec", "--codec", "auto", "`libvips`, `imagesharp` (in the full build), or `auto`: libvips where it is installed",
            (s, text) => s with { Codec = OneOf(Codecs.Names, text) }),
        new("Worker:Model", "--model", "the best one installed", "the model of jobs that ask for no model and no scale",
            (s, text) => s with { Worker = s.Worker with { Model = text } }),
        new("Worker:FastAboveMp", "--fast-above", "4", "without a model asked for, larger pictures are made with `x4fast` on a CPU; 0: never",
            (s, text) => s with { FastAbovePixels = Pixels(text, 0) }),
        new("Worker:Memory", "--memory", "half of the machine's, at most 4GB", "the most memory that the process uses",
            (s, text) => s with { Worker = s.Worker with { MemoryBytes = Memory(text) } }),
        new("Worker:Threads", "--threads", "one for each processor core", "threads that compute",
            (s, text) => s with { Worker = s.Worker with { Threads = Number(text, 1, 1024) } }),
        new("Worker:MaxInputMp", "--max-input-mp", "64", "larger pictures, in megapixels, are refused",
            (s, text) => s with { Worker = s.Worker with { MaxInputPixels = Pixels(text, 1e-6) } }),
        new("Worker:MaxOutputMp", "--max-output-mp", "400", "larger results, in megapixels, are refused",
            (s, text) => s with { Worker = s.Worker with { MaxOutputPixels = Pixels(text, 1e-6) } }),
        new("Worker:UnloadAfter", null, "00:10:00", "after so long without work, models are given out of memory",
            (s, text) => s with { Worker = s.Worker with { UnloadAfter = Time(text) } }),
        new("Worker:StallAfter", null, "00:10:00", "a single call of the engine or the codec that takes longer is taken for hung",
            (s, text) => s with { Worker = s.Worker with { StallAfter = Time(text) } }),
        new("Worker:FinishWithin", null, "00:00:05", "when stopped, a picture that needs no longer is still finished; at most 6 s",
            (s, text) => s with { Worker = s.Worker with { FinishWithin = Time(text, TimeSpan.Zero, TimeSpan.FromSeconds(6)) } }),
        new("Worker:FullDiskRest", null, "00:00:30", "a job whose result the disk does not take rests so long",
            (s, text) => s with { Worker = s.Worker with { FullDiskRest = Time(text, TimeSpan.Zero) } }),
        new("Worker:RetryEngineAfter", null, "00:00:15", "an engine that does not start is tried again after so long",
            (s, text) => s with { Worker = s.Worker with { RetryEngineAfter = Time(text) } }),
        new("Queue:Lease", null, "00:01:00", "a worker that is not heard of for so long loses its jobs to others",
            (s, text) => s with { Queue = s.Queue with { Lease = Time(text) } }),
        new("Queue:AgeAfter", null, "00:30:00", "after waiting so long, a job counts one class higher, but never as admin",
            (s, text) => s with { Queue = s.Queue with { AgeAfter = Time(text) } }),
        new("Queue:ExpireAfter", null, "1.00:00:00", "a job that has waited so long ends undone",
            (s, text) => s with { Queue = s.Queue with { ExpireAfter = Time(text) } }),
        new("Queue:KeepPictures", null, "7.00:00:00", "pictures and results are deleted so long after a job's end, fetched or not",
            (s, text) => s with { Queue = s.Queue with { KeepPictures = Time(text) } }),
        new("Queue:KeepRows", null, "90.00:00:00", "what is known of a job is forgotten so long after its end",
            (s, text) => s with { Queue = s.Queue with { KeepRows = Time(text) } }),
        new("Queue:Attempts", null, "3", "a job fails with this many engine errors and crashes",
            (s, text) => s with { Queue = s.Queue with { Attempts = Number(text, 1, 1000) } }),
        new("Queue:RetryAfter", null, "00:00:05", "rest before a failed job is tried again, doubled with each failure",
            (s, text) => s with { Queue = s.Queue with { RetryAfter = Time(text, TimeSpan.Zero) } }),
        new("Queue:SecondsPerMegapixel", null, "40", "estimate of a picture's time until it has been measured",
            (s, text) => s with { Queue = s.Queue with { SecondsPerMegapixel = Amount(text) } }),
        new("Bot:Token", null, "none", "the bot's token from @BotFather; better in a file",
            (s, text) => s with { Bot = s.Bot with { Token = text } }) { IsSecret = true },
        new("Bot:TokenFile", "--token-file", "none", "a file whose first line is the bot's token",
            (s, text) => s with { Bot = s.Bot with { TokenFile = text } }),
        new("Bot:Admins", "--admins", "none", "who runs the bot: Telegram's numbers, divided by commas",
            (s, text) => s with { Bot = s.Bot with { Admins = Numbers(text) } }),
        new("Bot:Allowed", "--allowed", "none", "the people and groups that the bot is for; none: everybody",
            (s, text) => s with { Bot = s.Bot with { Allowed = Numbers(text) } }),
        new("Bot:Quotas", null, "none", "how many pictures a person may have made: `20/1.00:00:00` is twenty in any day; several, divided by commas, hold together; what fails or is cancelled does not count, and VIPs and administrators have none",
            (s, text) => s with { Bot = s.Bot with { Quotas = Quotas(text) } }),
        new("Bot:MostWaiting", null, "2000", "with so many pictures waiting, no more are taken",
            (s, text) => s with { Bot = s.Bot with { MostWaiting = Number(text, 1, 1_000_000) } }),
        new("Bot:MostWaitingOfOne", null, "50", "with so many pictures of one person waiting, no more of theirs are taken, unless they are a VIP or an administrator",
            (s, text) => s with { Bot = s.Bot with { MostWaitingOfOne = Number(text, 1, 1_000_000) } }),
        new("Bot:Scale", null, "4", "2, 4 or 8, for those who have chosen none",
            (s, text) => s with { Bot = s.Bot with { Scale = int.Parse(OneOf(["2", "4", "8"], text), CultureInfo.InvariantCulture) } }),
        new("Bot:DigestAt", null, "08:00", "when admins get the daily digest, in UTC; `off`: never",
            (s, text) => s with { Bot = s.Bot with { DigestAt = TimeOfDay(text) } }),
        new("Bot:KeepSent", null, "30.00:00:00", "how long a picture that comes again is answered from Telegram's own file",
            (s, text) => s with { Bot = s.Bot with { KeepSent = Time(text) } }),
        new("Bot:Downloads", null, "32", "pictures that are fetched at a time",
            (s, text) => s with { Bot = s.Bot with { Downloads = Number(text, 1, 1000) } }),
        new("Bot:MaxFetchMb", null, "20", "larger files are refused; Telegram's own limit unless there is a local Bot API server",
            (s, text) => s with { Bot = s.Bot with { MaxFetchBytes = (long)Number(text, 1, 2000) << 20 } }),
        new("Bot:MaxSendMb", null, "50", "larger results are made smaller; Telegram's own limit unless there is a local Bot API server",
            (s, text) => s with { Bot = s.Bot with { MaxSendBytes = (long)Number(text, 1, 2000) << 20 } }),
        new("Bot:ApiBaseUrl", null, "https://api.telegram.org", "the Bot API server: Telegram's or a local one",
            (s, text) => s with { Bot = s.Bot with { ApiBaseUrl = WebAddress(text, "http") } }),
        new("Bot:LocalFilesRoot", null, "none", "the folder in which a local Bot API server (`--local`) keeps its files",
            (s, text) => s with { Bot = s.Bot with { LocalFilesRoot = text } }),
        new("Bot:WebhookUrl", null, "none", "the public `https` address that Telegram posts updates to; none: the bot asks for them",
            (s, text) => s with { Bot = s.Bot with { WebhookUrl = WebAddress(text, "https") } }),
        new("Bot:WebhookListen", null, "127.0.0.1:8443", "where the posts come in, behind a proxy that speaks `https`",
            (s, text) => s with { Bot = s.Bot with { WebhookListen = Address(text) ?? throw new FormatException("is not an address with a port; write for example 127.0.0.1:8443") } }),
    ];

    /// <summary>Whether its value may hold a password, and is not to be shown.</summary>
    internal bool IsSecret { get; init; }

    private static TimeSpan Time(string text, TimeSpan? low = null, TimeSpan? high = null)
    {
        // A plain number would be days, which nobody means.
        var isTime = TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && text.Contains(':');
        if (!isTime) throw new FormatException("is not a time; write for example 00:05:00, or 7.00:00:00 for seven days");
        if (low is null ? time <= TimeSpan.Zero : time < low) throw new FormatException("is too short; write for example 00:05:00");
        if (time > (high ?? TimeSpan.FromDays(36_500)))
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"is too long; write at most {high ?? TimeSpan.FromDays(36_500):c}"));
        return time;
    }

    private static IReadOnlyList<long> Numbers(string text)
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return [];
        return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            long.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number != 0
                ? number
                : throw new FormatException("has something in it that is no number of a person or group; write for example 123456789,-1001234567890"))];
    }

    private static IReadOnlyList<Quota> Quotas(string text)
    {
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return [];
        return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
            part.Split('/') is [var count, var window] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                && TimeSpan.TryParse(window, CultureInfo.InvariantCulture, out var time) && window.Contains(':') && time > TimeSpan.Zero && time <= LongestQuota
                ? new Quota(number, time)
                : throw new FormatException("is no quota of a count and a time of at most 31 days; write for example 20/1.00:00:00, or 5/01:00:00,20/1.00:00:00"))];
    }

    private static TimeOnly? TimeOfDay(string text)
    {
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase)) return null;
        return TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : throw new FormatException("is not a time of day; write for example 08:00, or off");
    }

    private static Uri WebAddress(string text, string scheme) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && (scheme == "http" || address.Scheme == scheme) && address.UserInfo.Length == 0
            ? address
            : throw new FormatException($"is not an address; write for example {(scheme == "http" ? "https://api.telegram.org" : "https://bot.example.org/telegram")}");

    private static int Number(string text, int low, int high) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
            ? number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"is not a number from {low} to {high}; write for example 2"));

    private static double Amount(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1e6
            ? number
            : throw new FormatException("is not a number above 0; write for example 40 or 2.5");

    private static long Memory(string text)
    {
        try
        {
            return MemorySize.Parse(text);
        }
        catch (FormatException)
        {
            throw new FormatException("is not an amount of memory; write for example 2GB or 512MB");
        }
    }

    private static long Pixels(string text, double low) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var megapixels) && megapixels >= low && megapixels <= 1e6
            ? (long)(megapixels * 1e6)
            : throw new FormatException("is not a number of megapixels; write for example 64");

    private static T Name<T>(string text, string names) where T : struct, Enum =>
        // Enum.TryParse takes numbers too.
        char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value)
            ? value
            : throw new FormatException($"is none of its values; write {names}");

    private static ServiceSettings WithPrecision(ServiceSettings settings, Precision precision) =>
        settings with { Engine = settings.Engine with { Precision = precision }, Worker = settings.Worker with { Precision = precision } };

    private static string OneOf(string[] names, string text) =>
        Array.Find(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw new FormatException($"is none of its values; write {string.Join(", ", names)}");

    private static IPEndPoint? Address(string text)
    {
        if (text.Equals("off", StringComparison.OrdinalIgnoreCase)) return null;
        // Without its port, an address would be taken for one with port 0, and a plain number for an address.
        var at = text.LastIndexOf(':');
        var host = at < 0 ? "" : text[..at];
        var isPort = ushort.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port);
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) host = "127.0.0.1";
        var isHost = host.Contains('.') || host.StartsWith('[');
        if (isPort && isHost && IPAddress.TryParse(host, out var address)) return new IPEndPoint(address, port);
        throw new FormatException("is not an address with a port; write for example 127.0.0.1:9464, 0.0.0.0:9464, or off");
    }
}
