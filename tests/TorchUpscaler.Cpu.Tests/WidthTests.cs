using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The whole engine in child processes that are denied instruction sets, as on older machines.</summary>
public class WidthTests
{
    [Fact]
    public void As_it_is() => Check("", ExpectedWidth(true, true), 40, 31);

    [Fact]
    public void Without_AVX512() => Check("DOTNET_EnableAVX512", ExpectedWidth(false, true), 40, 31);

    [Fact]
    public void Without_AVX2() => Check("DOTNET_EnableAVX2", ExpectedWidth(false, false), 40, 31);

    [Fact]
    public void Without_any_vector_instructions() => Check("DOTNET_EnableHWIntrinsic", "no vectors", 9, 7);

    private static string ExpectedWidth(bool avx512, bool avx2) =>
        avx512 && Vector512.IsHardwareAccelerated ? "AVX-512" : avx2 && Avx2.IsSupported && Fma.IsSupported ? "AVX2" : "128-bit vectors";

    private static void Check(string switchedOff, string width, int columns, int rows)
    {
        Check(Samples.Net(4, 24, 1, 12), switchedOff, width, columns, rows);
        Check(Samples.Compact(4, 24, 2), switchedOff, width, columns, rows);
    }

    private static void Check(NetworkShape shape, string switchedOff, string width, int columns, int rows)
    {
        var weights = Oracle.Make(shape);
        var target = Path.GetTempFileName();
        var start = new ProcessStartInfo("dotnet", [typeof(WidthTests).Assembly.Location, width, weights, Text(columns), Text(rows), target])
        {
            RedirectStandardError = true,
        };
        if (switchedOff.Length > 0) start.Environment[switchedOff] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{width}: {errors}");

        var values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(target)).ToArray();
        File.Delete(target);
        var picture = Samples.Picture(columns, rows);
        Exactness.Holds(Oracle.Upscale(weights, shape, picture), values, $"{shape.Kind} by {width} against PyTorch");
        Exactness.Holds(Runs.Upscale(weights, picture).Values, values, $"{shape.Kind} by {width} against {CpuEngine.VectorWidth}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
