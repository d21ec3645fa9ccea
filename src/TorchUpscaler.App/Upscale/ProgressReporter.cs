using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>
/// Tells a person how far the work is: a bar with the time left on a terminal, plain lines elsewhere. Control characters, which
/// may stand in files' names and would steer the terminal, are shown as question marks. Where nothing can be said, the work goes on.
/// </summary>
/// <param name="output">Where it is said: standard error.</param>
/// <param name="isTerminal">Whether a line can be drawn over.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressReporter(TextWriter output, bool isTerminal, TimeProvider time)
{
    private const int BarLength = 28;
    private const int LongestName = 32;
    private const string EraseLine = "\r\e[K";

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(100);

    private string _name = "";
    private long _started;
    private long _lastShown;
    private bool _barIsDrawn;

    /// <summary>A picture's work begins.</summary>
    internal void Start(string name, string what)
    {
        name = Display.Text(name);
        _name = name.Length <= LongestName ? name : "…" + name[^(LongestName - 1)..];
        _started = _lastShown = time.GetTimestamp();
        if (isTerminal) Draw(0);
        else Say($"{name}: {what}");
    }

    /// <summary>So much of the picture is done, 0 to 1.</summary>
    internal void Advance(double share)
    {
        if (time.GetElapsedTime(_lastShown) < (isTerminal ? BarInterval : LineInterval)) return;
        _lastShown = time.GetTimestamp();
        if (isTerminal) Draw(share);
        else Say($"{_name}: {Percent(share)}{TimeLeft(share)}");
    }

    /// <summary>Says a whole line, in place of the bar if one is drawn.</summary>
    internal void Say(string line)
    {
        Write((_barIsDrawn ? EraseLine : "") + Display.Text(line) + output.NewLine);
        _barIsDrawn = false;
    }

    private void Draw(double share)
    {
        var full = (int)(share * BarLength);
        Write($"{EraseLine}{_name} [{new string('#', full)}{new string('.', BarLength - full)}] {Percent(share)}{TimeLeft(share)}");
        _barIsDrawn = true;
    }

    private void Write(string text)
    {
        try
        {
            output.Write(text);
            output.Flush();
        }
        catch (Exception error) when (UnwritableOutputException.IsCausedBy(error))
        {
            // A full disk or a closed terminal behind standard error is no reason to lose the picture.
        }
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{(int)(share * 100)} %");

    // A first guess from less than a hundredth of the work would be a wild one.
    private string TimeLeft(double share)
    {
        var elapsed = time.GetElapsedTime(_started);
        if (share < 0.01 || elapsed < TimeSpan.FromSeconds(1)) return "";
        var left = elapsed * ((1 - share) / share);
        var hours = (int)left.TotalHours;
        return hours > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {hours}:{left:mm\\:ss} left")
            : string.Create(CultureInfo.InvariantCulture, $", {left:m\\:ss} left");
    }
}
