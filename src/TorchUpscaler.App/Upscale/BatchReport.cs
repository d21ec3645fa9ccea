using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Tells what became of each picture, and in the end what became of all.</summary>
/// <param name="isSingle">Whether it is about one file: then an existing result is an error, and there is no summary.</param>
/// <param name="leftOut">How many files are none of the pictures, as results of earlier runs.</param>
/// <param name="json">Whether programs are told too.</param>
/// <param name="progress">What people are told.</param>
/// <param name="report">What programs are told: standard output.</param>
/// <param name="streams">Takes a result that goes to standard output.</param>
internal sealed class BatchReport(bool isSingle, int leftOut, bool json, ProgressReporter progress, TextWriter report, StandardStreams streams)
{
    private readonly List<(string Input, Exception Error, string Message)> _failures = [];
    private int _done;
    private int _skipped;

    /// <summary>Tells of a picture.</summary>
    /// <exception cref="UnwritableOutputException">The report, or a result for standard output, is not taken.</exception>
    internal void Tell(PictureOutcome outcome)
    {
        if (outcome.Report is { } done) TellDone(done);
        else if (outcome.Error is ResultExistsException exists && !isSingle) TellSkipped(outcome.Input.Path, exists.Output);
        else TellFailed(outcome.Input.Path, outcome.Error!);
    }

    /// <summary>Tells of all, naming once more what failed.</summary>
    /// <returns>The exit code.</returns>
    internal int End()
    {
        if (isSingle) return _failures is [var (_, error, _)] ? Failure.ExitCode(error) : ExitCodes.Done;

        if (leftOut > 0) progress.Say(leftOut == 1 ? "1 result of an earlier run left out" : FormattableString.Invariant($"{leftOut} results of earlier runs left out"));
        foreach (var (_, _, message) in _failures) progress.Say($"failed: {message}");
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{_done} done, {_skipped} skipped, {_failures.Count} failed"));
        if (_failures.Count == 0) return ExitCodes.Done;
        if (_done + _skipped > 0) return ExitCodes.SomeFailed;
        return _failures.All(failure => failure.Error is InputException) ? ExitCodes.Refused : ExitCodes.Failed;
    }

    private void TellDone(PictureReport picture)
    {
        var isSent = picture.Output == StandardStreams.Name;
        if (isSent) streams.Send();
        _done++;
        progress.Say(string.Create(CultureInfo.InvariantCulture,
            $"{(isSent ? "standard output" : picture.Output)}: {picture.Width}×{picture.Height} in {picture.Seconds.Total:0.0} s"));
        TellPrograms(() => JsonReport.Done(picture, PeakMemory.Megabytes()));
    }

    private void TellSkipped(string input, string output)
    {
        _skipped++;
        progress.Say($"{input}: skipped, {output} exists (--force replaces it)");
        TellPrograms(() => JsonReport.Skipped(input, output));
    }

    private void TellFailed(string input, Exception error)
    {
        var message = Failure.Named(streams.Renamed(Failure.Message(error), error), StandardStreams.NameOf(input));
        _failures.Add((input, error, message));
        progress.Say(Failure.Line(message));
        TellPrograms(() => JsonReport.Failed(input, message));
    }

    private void TellPrograms(Func<string> line)
    {
        if (json) JsonLine.Write(report, line(), "the report");
    }
}
