using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>Tells how a transfer goes: a bar on a terminal, a line for every tenth elsewhere.</summary>
/// <param name="output">Where to.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
internal sealed class TransferProgress(TextWriter output, bool isTerminal)
{
    private const int BarWidth = 30;
    private const double Mega = 1e6;
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(100);

    private long _drawn;
    private int _tenths;
    private bool _barStands;

    internal void Line(string text)
    {
        EndBar();
        output.WriteLine(text);
    }

    /// <summary>Reports bytes done and, where it is known, in all.</summary>
    internal void Report(string what, long done, long? total)
    {
        if (isTerminal) Draw(what, done, total);
        else if (total > 0 && done * 10 / total.Value is var tenths && tenths > _tenths)
        {
            _tenths = (int)tenths;
            output.WriteLine(Text(what, done, total));
        }
    }

    /// <summary>The transfer is over, well or not.</summary>
    internal void End()
    {
        EndBar();
        _tenths = 0;
        _drawn = 0;
    }

    private void Draw(string what, long done, long? total)
    {
        if (_drawn != 0 && Stopwatch.GetElapsedTime(_drawn) < s_redraw && done != total) return;
        _drawn = Stopwatch.GetTimestamp();
        var filled = total > 0 ? (int)(BarWidth * Math.Min(done, total.Value) / total.Value) : 0;
        output.Write($"\r[{new string('#', filled)}{new string('.', BarWidth - filled)}] {Text(what, done, total)} ");
        _barStands = true;
    }

    private static string Text(string what, long done, long? total) => total is null
        ? string.Create(CultureInfo.InvariantCulture, $"{what}: {done / Mega:0.0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{what}: {done / Mega:0.0} of {total / Mega:0.0} MB");

    private void EndBar()
    {
        if (_barStands) output.WriteLine();
        _barStands = false;
    }
}
