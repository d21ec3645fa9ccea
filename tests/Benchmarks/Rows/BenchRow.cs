namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>A line of the result, with the bar that the engine is held to.</summary>
/// <param name="Name">What <c>--only</c> calls it.</param>
/// <param name="What">What its number is.</param>
/// <param name="Bar">What is asked for at least, or at most where less is better; null where nothing is asked for.</param>
/// <param name="Reach">What would be good.</param>
/// <param name="Unit">Of the number; empty for a plain one.</param>
/// <param name="LessIsBetter">Whether the bar is an upper one.</param>
/// <param name="IsLarge">Whether it takes so long that <c>--quick</c> leaves it out.</param>
internal sealed record BenchRow(
    string Name, string What, double? Bar, double? Reach, string Unit = "×", bool LessIsBetter = false, bool IsLarge = false)
{
    public static readonly BenchRow OnnxSmall = new("onnx-256", "256×256: ONNX Runtime's time over ours", 3.0, 5.0);
    public static readonly BenchRow TorchSmall = new("torch-256", "256×256: PyTorch's time over ours", 3.0, 5.0);
    public static readonly BenchRow OnnxMiddle = new("onnx-510", "510×339: ONNX Runtime's time over ours", 3.0, 5.0, IsLarge: true);
    public static readonly BenchRow SberMiddle = new("sber-510", "510×339: Sber's six tiles by the faster peer over ours", 6.0, 9.0, IsLarge: true);
    public static readonly BenchRow FmaShare = new("fma-share", "256×256: effective GFLOP/s over the FMA peak", 2.2, 3.2);
    public static readonly BenchRow SecondCore = new("second-core", "256×256: gain by threads, as a share of the FMA loop's", 0.93, 0.98, "");
    public static readonly BenchRow Avx2Small = new("avx2-256", "256×256: ONNX Runtime's time over ours without AVX-512", 1.2, 2.0);
    public static readonly BenchRow Memory = new("memory", "1280×960, --memory 2GB: peak resident memory", 2.0, 1.2, " GB", LessIsBetter: true, IsLarge: true);
    public static readonly BenchRow Large = new("large", "time per pixel, 2,000×1,500 over 256×256", 1.15, 1.0, "×", LessIsBetter: true, IsLarge: true);
    public static readonly BenchRow Start = new("start", "start of the process to the first step of a run", 0.8, 0.3, " s", LessIsBetter: true);
    public static readonly BenchRow Overhead = new("overhead", "1280×960: total less inference, share of the total", 5, 2, " %", LessIsBetter: true, IsLarge: true);
    public static readonly BenchRow FastModel = new("fast-512", "x4fast, 512×512: ONNX Runtime's time over ours", 2.5, null);
    public static readonly BenchRow Reading = new("reading", "one core's reading of 64 MB", null, null, " GB/s");

    /// <summary>All of them, in the order of the report.</summary>
    public static readonly IReadOnlyList<BenchRow> All =
    [
        OnnxSmall, TorchSmall, OnnxMiddle, SberMiddle, FmaShare, SecondCore, Avx2Small, Memory, Large, Start, Overhead, FastModel, Reading,
    ];

    /// <summary>Whether a value keeps the bar; null where there is none.</summary>
    public bool? IsMetBy(double value) => Holds(value, Bar);

    /// <summary>Whether a value is what would be good; null where nobody has said what would be.</summary>
    public bool? IsReachedBy(double value) => Holds(value, Reach);

    private bool? Holds(double value, double? limit) => limit is null ? null : LessIsBetter ? value <= limit : value >= limit;
}
