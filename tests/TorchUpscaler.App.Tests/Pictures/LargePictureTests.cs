using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>24 megapixels become 384, within the default budget, and are written while they are computed.</summary>
[Collection(ProgramTests.Name)]
public sealed class LargePictureTests : IDisposable
{
    private const int Width = 6000, Height = 4000;
    private const double Patience = 1200; // seconds

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("jpg", "jpg")]
    [InlineData("png", "png")]
    [InlineData("jpg", "tif")]
    [InlineData("png", "tif", 4)]
    [Trait("Length", "Long")]
    public async Task A_large_picture_keeps_the_default_budget(string format, string result, int channels = 3)
    {
        var picture = _here.PathOf("large." + format);
        Python.Run(
            """
            import sys, numpy
            from PIL import Image
            coarse = numpy.random.default_rng(7).integers(0, 256, (501, 751, int(sys.argv[2])), numpy.uint8)
            Image.fromarray(coarse).resize((6000, 4000), Image.Resampling.BICUBIC).save(sys.argv[1])
            """, picture, channels.ToString(CultureInfo.InvariantCulture));
        Python.MakeModel(_here.PathOf("tiny.safetensors"), scale: 4);

        using var program = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "torchupscaler.dll"), "upscale", picture, "-m", _here.PathOf("tiny.safetensors"), "-f", result, "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        var (peak, grown, watch) = (0L, 0L, Stopwatch.StartNew());
        while (!program.WaitForExit(200))
        {
            Assert.True(watch.Elapsed.TotalSeconds < Patience, "the program has not ended");
            peak = Math.Max(peak, Peak(program.Id));
            // While it is computed, the result lies under another name and grows.
            foreach (var part in Directory.GetFiles(_here.Folder, ".*.part")) grown = Math.Max(grown, new FileInfo(part).Length);
        }
        Assert.True(program.ExitCode == 0, await errors);

        var told = JsonDocument.Parse(await output).RootElement;
        var (budget, megabyte) = (Budget(), (double)(1 << 20));
        Assert.InRange(peak, 1, budget);
        Assert.InRange(told.GetProperty("peakMb").GetDouble() * megabyte, peak * 0.99, budget);
        Assert.InRange(grown, 1_000_000, long.MaxValue);
        Assert.Equal([$"large.{format}", $"large_x4.{result}", "tiny.safetensors"], _here.Files);
        Assert.Equal($"{Width * 4} {Height * 4}", Python.Run("import subprocess, sys; print(*[subprocess.run(['vipsheader', '-f', field, sys.argv[1]], "
            + "stdout=subprocess.PIPE, check=True).stdout.decode().strip() for field in ('width', 'height')])", _here.PathOf($"large_x4.{result}")).Trim());
    }

    public void Dispose() => _here.Dispose();

    // Half of the machine's memory, at most 4 GB, as README says.
    private static long Budget()
    {
        var total = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return Math.Min(4L << 30, long.Parse(total, CultureInfo.InvariantCulture) * 1024 / 2);
    }

    private static long Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }
}
