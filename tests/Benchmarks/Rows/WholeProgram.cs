using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>
/// The published program as a user starts it. Where standard error is no terminal, it writes a line directly before a
/// picture's first step: the time from before the process is started until that line has come is the time to the first step.
/// </summary>
internal sealed class WholeProgram(Workshop shop, Children children, Report report)
{
    private const string StartWork = "start to the first step";
    private const string TotalWork = "1280×960 by the program, start to end";
    private const string InferenceWork = "1280×960 by the program, inference";
    private const string By = "torchupscaler";

    /// <summary>Measures the rows that are wanted of these.</summary>
    public void Measure()
    {
        report.Row(BenchRow.Start, FirstStep);
        if (report.Options.Wants(BenchRow.Memory, BenchRow.Overhead)) MeasurePicture();
    }

    private RowResult FirstStep()
    {
        var (model, picture) = (shop.Model("x4plus"), shop.Picture(64, 64));
        Upscale(model, picture); // to get the files into the system's memory
        for (var round = 0; round < report.Options.Repeat(full: 9, quick: 5); round++)
            report.Add(StartWork, By, Upscale(model, picture).FirstStep);
        var seconds = report.Log.Of(StartWork, By);
        return new RowResult(BenchRow.Start, Spread.MedianOf(seconds), Report.Seconds(seconds), "");
    }

    private void MeasurePicture()
    {
        double[] peaks = [];
        BenchException? failure = null;
        try
        {
            var (model, picture) = (shop.Model("x4plus"), shop.Picture(1280, 960));
            var expected = new LastCorner(shop, report).Expected(model, picture);
            foreach (var peer in shop.All) peer.Stop(); // the program is to have the machine for itself
            peaks = [.. Enumerable.Range(0, report.Options.Repeat(full: 2, quick: 1)).Select(round => PeakOf(model, picture, expected, isFirst: round == 0))];
        }
        catch (BenchException why)
        {
            failure = why;
        }

        report.Row(BenchRow.Memory, () => failure is not null ? throw failure
            : new RowResult(BenchRow.Memory, peaks.Max(), string.Create(CultureInfo.InvariantCulture, $"{peaks.Max():0.00} GB"), ""));
        report.Row(BenchRow.Overhead, () => failure is not null ? throw failure : Overhead());
    }

    /// <summary>Runs the program once and takes its times.</summary>
    /// <returns>Its peak resident memory in 2³⁰ bytes.</returns>
    private double PeakOf(BenchModel model, Raster picture, byte[] expected, bool isFirst)
    {
        var run = Upscale(model, picture, "--memory", "2GB");
        if (isFirst)
        {
            var corner = LastCorner.Of(picture, model.Network.Scale);
            report.Check("torchupscaler, the last corner of 1280×960", shop.PartOf(run.Result, corner[0], corner[1], corner[2], corner[3]), shop.OnnxRuntime.Name, expected);
        }

        report.Add(TotalWork, By, run.Total);
        report.Add(InferenceWork, By, run.Json.GetProperty("seconds").GetProperty("inference").GetDouble());
        File.Delete(run.Result);
        return run.Json.GetProperty("peakMb").GetDouble() / 1024;
    }

    private RowResult Overhead()
    {
        var (total, inference) = (report.Log.Of(TotalWork, By), report.Log.Of(InferenceWork, By));
        double[] shares = [.. total.Zip(inference, (all, network) => 100 * (all - network) / all)];
        return new RowResult(BenchRow.Overhead, Spread.MedianOf(shares), $"{Report.Seconds(total)}, of that inference {Report.Seconds(inference)}", "");
    }

    private ProgramRun Upscale(BenchModel model, Raster picture, params string[] more)
    {
        var result = shop.PathOf($"result-{picture.Width}x{picture.Height}.png");
        string[] arguments = ["upscale", Workshop.PngOf(picture), "-m", model.Weights, "-o", result, "--force", "--json",
            "--threads", report.Options.Threads.ToString(CultureInfo.InvariantCulture), .. more];
        var firstLine = $": {picture.Width}×{picture.Height} to ";
        double? firstStep = null;
        List<string> said = [];

        var clock = Stopwatch.StartNew();
        using var process = children.Start(shop.Program, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        while (process.StandardError.ReadLine() is { } line)
        {
            if (line.Contains(firstLine, StringComparison.Ordinal)) firstStep ??= clock.Elapsed.TotalSeconds;
            said.Add(line);
        }

        process.WaitForExit();
        var total = clock.Elapsed.TotalSeconds;
        children.Forget(process);
        if (process.ExitCode != 0) children.WaitForEndIfCancelled();
        if (process.ExitCode != 0) throw new BenchException($"torchupscaler ended with {process.ExitCode}: {said.LastOrDefault()}");
        if (firstStep is null) throw new BenchException("torchupscaler did not say when it began; its line on standard error has changed");
        return new ProgramRun(firstStep.Value, total, JsonSerializer.Deserialize<JsonElement>(output.Result), result);
    }

    /// <summary>One run of the program.</summary>
    /// <param name="FirstStep">Seconds until the first step began.</param>
    /// <param name="Total">Seconds until the process had ended.</param>
    /// <param name="Json">What it has reported.</param>
    /// <param name="Result">The result's file.</param>
    private sealed record ProgramRun(double FirstStep, double Total, JsonElement Json, string Result);
}
