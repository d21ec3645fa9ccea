using System.Globalization;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>Times, sizes and names as people read them.</summary>
public static class Measures
{
    private const int LongestName = 40;
    private const int BarLength = 10;

    /// <summary>A length of time as it is known: <c>3 seconds</c>, <c>2 minutes</c>; no part below the one that matters.</summary>
    public static string Time(this Speech speech, double seconds)
    {
        ArgumentNullException.ThrowIfNull(speech);
        var whole = Whole(seconds);
        return whole switch
        {
            < 60 => Count(speech, TextKey.Seconds, whole),
            < 600 when whole % 60 != 0 => $"{Count(speech, TextKey.Minutes, whole / 60)} {Count(speech, TextKey.Seconds, whole % 60)}",
            < 3600 => Count(speech, TextKey.Minutes, whole / 60),
            < 48 * 3600 => InHours(speech, whole / 60),
            _ => Count(speech, TextKey.Days, whole / 86400),
        };
    }

    /// <summary>An estimate, rounded up to what can be promised: <c>20 seconds</c>, <c>3 minutes</c>, <c>2 hours 10 minutes</c>.</summary>
    public static string About(this Speech speech, double seconds)
    {
        ArgumentNullException.ThrowIfNull(speech);
        var whole = Whole(seconds);
        return whole switch
        {
            <= 50 => Count(speech, TextKey.Seconds, Math.Max(5, UpTo(whole, 5))),
            <= 50 * 60 => Count(speech, TextKey.Minutes, whole <= 600 ? UpTo(whole, 60) / 60 : UpTo(whole, 300) / 60),
            <= 47 * 3600 => InHours(speech, UpTo(whole, 600) / 60),
            _ => Count(speech, TextKey.Days, UpTo(whole, 86400) / 86400),
        };
    }

    /// <summary>A length of time that somebody has set: <c>7 days</c>, <c>24 hours</c>.</summary>
    public static string Period(this Speech speech, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(speech);
        return time.TotalHours >= 24 && time.Ticks % TimeSpan.TicksPerDay == 0 ? Count(speech, TextKey.Days, (long)time.TotalDays) : speech.Time(time.TotalSeconds);
    }

    /// <summary>A file's size, rounded up, so that what is above a limit never reads like it: <c>3.4 MB</c>.</summary>
    public static string Size(this Speech speech, long bytes)
    {
        ArgumentNullException.ThrowIfNull(speech);
        var megabytes = bytes / (double)(1 << 20);
        if (megabytes < 0.1) return speech.Plain(TextKey.Kilobytes, ("count", Math.Max(1, (bytes + 1023) >> 10)));
        var shown = megabytes < 100 ? Math.Ceiling(megabytes * 10) / 10 : Math.Ceiling(megabytes);
        var digits = shown.ToString("0.#", CultureInfo.InvariantCulture);
        return speech.Plain(TextKey.Megabytes, ("count", digits.Replace(".", speech.Plain(TextKey.DecimalPoint), StringComparison.Ordinal)));
    }

    /// <summary>A bar of a share from 0 to 1.</summary>
    public static string Bar(double share)
    {
        var full = Math.Clamp((int)(Sane(share) * BarLength), 0, BarLength);
        return new string('▓', full) + new string('░', BarLength - full);
    }

    /// <summary>A share from 0 to 1 in hundredths; 100 only where it is all.</summary>
    public static int Percent(double share) => (int)(Math.Clamp(Sane(share), 0, 1) * 100);

    /// <summary>A file's name, or as much of it as a line takes, its end with it.</summary>
    public static string Name(string name)
    {
        var clean = FileNames.Clean(name);
        if (clean.Length <= LongestName) return clean;
        var (begin, end) = (LongestName - 11, clean.Length - 10);
        if (char.IsHighSurrogate(clean[begin - 1])) begin--;
        if (char.IsLowSurrogate(clean[end])) end++;
        return $"{clean[..begin]}…{clean[end..]}";
    }

    private static string InHours(Speech speech, long minutes)
    {
        var hours = Count(speech, TextKey.Hours, minutes / 60);
        return minutes % 60 == 0 || minutes >= 600 ? hours : $"{hours} {Count(speech, TextKey.Minutes, minutes % 60)}";
    }

    private static string Count(Speech speech, TextKey unit, long count) => speech.Plain(unit, ("count", count));

    private static long UpTo(long number, long step) => (number + step - 1) / step * step;

    private static long Whole(double seconds) => (long)Math.Ceiling(Math.Clamp(Sane(seconds), 0, 1e9));

    private static double Sane(double number) => double.IsNaN(number) ? 0 : number;
}
