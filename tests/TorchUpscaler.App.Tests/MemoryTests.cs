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
        var refused = Upscale(picture, format, "90MB").ExitedWith(ExitRefused);
        refused.SaidOneSentence("--memory");
        var named = Amount().Match(refused.Errors).Groups[1].Value;

        Assert.InRange(PeakOf(Upscale(picture, format, named)), 1, double.Parse(named[..^2], CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_tight_budget_and_a_wide_one_give_the_same_picture()
    {
        var picture = _here.Picture("large.png", 900, 400);
        var refused = Upscale(picture, "png", "90MB").ExitedWith(ExitRefused);
        _ = PeakOf(Upscale(picture, "png", Amount().Match(refused.Errors).Groups[1].Value, "-o", _here.PathOf("tight.png")));
        _ = PeakOf(Upscale(picture, "png", "4GB", "-o", _here.PathOf("wide.png")));

        var (different, largest) = Python.Compare(_here.PathOf("tight.png"), _here.PathOf("wide.png"));
        Assert.InRange(largest, 0, 1);
        Assert.InRange(different, 0, 0.0005);
    }

    public void Dispose() => _here.Dispose();

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
