using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TorchUpscaler.App.Tests;

/// <summary>The process's real peak against the budget, on pictures that are large for it.</summary>
[Collection(ProgramTests.Name)]
public sealed partial class MemoryTests(MemoryTests.LargeModel model) : IDisposable, IClassFixture<MemoryTests.LargeModel>
{
    private const int ExitDone = 0, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData(1000, 700, "png")]
    [InlineData(6000, 150, "jpg")]
    [InlineData(150, 4000, "png")]
    [InlineData(1500, 400, "webp", "RGBA")]
    public void The_smallest_budget_that_is_named_does_and_is_kept(int width, int height, string format, string mode = "RGB")
    {
        var picture = _here.Picture("large.png", width, height, mode);
        var named = SmallestBudget(picture, "-f", format);

        Assert.InRange(PeakOf(Upscale(picture, format, named)), 1, Megabytes(named));
    }

    [Fact]
    public void A_tight_budget_and_a_wide_one_give_the_same_picture()
    {
        var picture = _here.Picture("large.png", 900, 400);
        _ = PeakOf(Upscale(picture, "png", SmallestBudget(picture), "-o", _here.PathOf("tight.png")));
        _ = PeakOf(Upscale(picture, "png", "4GB", "-o", _here.PathOf("wide.png")));

        var (different, largest) = Python.Compare(_here.PathOf("tight.png"), _here.PathOf("wide.png"));
        Assert.InRange(largest, 0, 1);
        Assert.InRange(different, 0, 0.0005);
    }

    // What stands between the two networks, 1200 × 800 pixels of 16 bits, is no small part of it.
    [Fact]
    public void The_smallest_budget_of_a_chain_is_named_before_any_work_and_is_kept()
    {
        var picture = _here.Picture("large.png", 300, 200);
        var named = SmallestBudget(picture, "-s", "8");

        Assert.InRange(PeakOf(Upscale(picture, "png", named, "-s", "8")), 1, Megabytes(named));
        Assert.Equal("PNG RGB 2400 1600", Python.Describe(_here.PathOf("large_x8.png")));
    }

    // Alpha that waits at the result's size, Lanczos, the picture enlarged beside it, rows that wait for what is below them.
    [Theory]
    [InlineData("RGBA", "--scale", "3.5", "--strength", "0.5", "--color-fix")]
    [InlineData("LA", "--scale", "2")]
    [InlineData("RGBA", "--strength", "0.5", "--alpha", "lanczos")]
    [InlineData("RGB", "--width", "2750", "--color-fix")]
    public void The_smallest_budget_is_named_and_kept_with_all_that_is_made_of_the_result(string mode, params string[] taste)
    {
        var picture = _here.Picture("large.png", 700, 450, mode);
        var named = SmallestBudget(picture, taste);

        Assert.InRange(PeakOf(Upscale(picture, "png", named, taste)), 1, Megabytes(named));
    }

    // Decoding the next picture and encoding the one before count too, or wait.
    [Theory]
    [InlineData("png", 0)]
    [InlineData("webp", 64)] // its coder leaves some of its memory with the process
    [InlineData("webp", 1500)]
    public void Neighbours_that_overlap_keep_the_budget_too(string format, int more)
    {
        foreach (var name in new[] { "a.webp", "b.webp", "c.webp" }) _here.Picture(name, 480, 320);
        var named = Megabytes(SmallestBudget(_here.PathOf("a.webp"), "-f", format)) + more;

        var result = Upscale(_here.Folder, format, $"{named}MB").ExitedWith(ExitDone);

        var peaks = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("peakMb").GetDouble()).ToList();
        Assert.Equal(3, peaks.Count);
        Assert.InRange(peaks.Max(), 1, named);
    }

    public void Dispose() => _here.Dispose();

    private string SmallestBudget(string picture, params string[] more)
    {
        var refused = ProgramRun.Of(["upscale", picture, "-m", model.Path, "--memory", "90MB", "--force", .. more]).ExitedWith(ExitRefused);
        refused.SaidOneSentence("--memory");
        return Amount().Match(refused.Errors).Groups[1].Value;
    }

    private static double Megabytes(string amount) => double.Parse(amount[..^2], CultureInfo.InvariantCulture);

    private ProgramResult Upscale(string picture, string format, string memory, params string[] more) =>
        ProgramRun.Of(["upscale", picture, "-m", model.Path, "-f", format, "--memory", memory, "--json", "--force", .. more]);

    private static double PeakOf(ProgramResult result) =>
        JsonDocument.Parse(result.ExitedWith(ExitDone).Output).RootElement.GetProperty("peakMb").GetDouble();

    [GeneratedRegex("--memory ([0-9]+MB)")]
    private static partial Regex Amount();

    /// <summary>As wide as the real networks, and shallow.</summary>
    public sealed class LargeModel : IDisposable
    {
        private readonly Workplace _folder = new();

        public LargeModel() => Python.MakeModel(Path, scale: 4, features: 32, blocks: 3, growth: 16);

        public string Path => _folder.PathOf("large.safetensors");

        public void Dispose() => _folder.Dispose();
    }
}
