using System.Text.Json;
using TorchUpscaler.App.Doctor;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.App.Tests.Doctor;

/// <summary>What <c>doctor</c> says of cards that this machine has not, in a build with the Torch engine and in one without.</summary>
public sealed class CardCheckTests
{
    private const long Giga = 1L << 30;

    private static readonly NvidiaCard s_big = new(0, "NVIDIA H100 80GB HBM3", 80 * Giga, new Version(9, 0));
    private static readonly NvidiaCard s_black = new(1, "NVIDIA GeForce GTX 1660 Ti", 6 * Giga, new Version(7, 5));
    private static readonly NvidiaCard s_old = new(2, "NVIDIA GeForce GTX 1080", 8 * Giga, new Version(6, 1));
    private static readonly NvidiaDriver s_driver = new() { Version = "570.86.15", Cuda = new Version(12, 8), Cards = [s_big] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_machine_without_a_card_is_as_it_should_be(bool hasTorch)
    {
        var finding = Assert.Single(Look(new NvidiaDriver(), hasTorch));

        Assert.Equal((Level.Ok, "none; the CPU engine does the work", null), (finding.Level, finding.Text, finding.Advice));
    }

    [Fact]
    public void A_card_that_lies_idle_is_a_warning_with_the_command_that_builds_what_uses_it()
    {
        var finding = Assert.Single(Look(s_driver with { Cards = [s_old, s_big] }, hasTorch: false));

        Assert.Equal((Level.Warning, "there is NVIDIA H100 80GB HBM3 with compute capability 9.0 and 81920MB, which this build does not use"), (finding.Level, finding.Text));
        Assert.EndsWith("dotnet publish src/TorchUpscaler.App -c Release -p:Packages=full -o out", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_no_build_could_use_is_none()
    {
        var finding = Assert.Single(Look(s_driver with { Cards = [s_old] }, hasTorch: false));

        Assert.Equal(Level.Ok, finding.Level);
        Assert.StartsWith("none that could be used: NVIDIA GeForce GTX 1080 is too old", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_full_build_tells_of_the_driver_and_of_each_card_with_its_precision()
    {
        var findings = Look(s_driver with { Cards = [s_big, s_black, s_old] }, hasTorch: true);

        Assert.All(findings, finding => Assert.Equal(("gpu", Level.Ok, null), (finding.Topic, finding.Level, finding.Advice)));
        Assert.Equal(
            [
                "the driver 570.86.15 knows CUDA 12.8",
                "cuda:0 is NVIDIA H100 80GB HBM3 with compute capability 9.0 and 81920MB; networks compute in fp16 on it",
                "cuda:1 is NVIDIA GeForce GTX 1660 Ti with compute capability 7.5 and 6144MB; networks compute in fp32 on it, as such cards make black pictures in fp16",
            ],
            findings.Take(3).Select(finding => finding.Text));
        Assert.StartsWith("cuda:2 is not used: NVIDIA GeForce GTX 1080 is too old", findings[3].Text, StringComparison.Ordinal);
        using var card = JsonDocument.Parse(JsonLine.Of(findings[2].Values));
        Assert.Equal(("cuda:1", "fp32", "7.5", 6 * Giga), (card.RootElement.GetProperty("device").GetString(), card.RootElement.GetProperty("precision").GetString(),
            card.RootElement.GetProperty("capability").GetString(), card.RootElement.GetProperty("bytes").GetInt64()));
        using var driver = JsonDocument.Parse(JsonLine.Of(findings[0].Values));
        Assert.Equal(("570.86.15", "12.8"), (driver.RootElement.GetProperty("driver").GetString(), driver.RootElement.GetProperty("cuda").GetString()));
    }

    [Fact]
    public void A_card_that_cannot_be_used_is_a_warning_in_the_full_build()
    {
        var finding = Assert.Single(Look(s_driver with { Version = "470.256.02", Cuda = new Version(11, 4), Cards = [] }, hasTorch: true));

        Assert.Equal((Level.Warning, "meanwhile the CPU engine does the work"), (finding.Level, finding.Advice));
        Assert.StartsWith("the NVIDIA driver 470.256.02 knows CUDA 11.4 at most", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_without_CUDAs_libraries_says_that_it_computes_on_the_processor_and_how_to_build_it_otherwise()
    {
        var finding = Assert.Single(Look(s_driver with { Cards = [s_old, s_big] }, hasTorch: true, hasCuda: () => false));

        Assert.Equal(Level.Warning, finding.Level);
        Assert.Equal("there is NVIDIA H100 80GB HBM3 with compute capability 9.0 and 81920MB, which this build does not use: "
            + "without CUDA's libraries, as with -p:Torch=cpu, it computes on the processor", finding.Text);
        Assert.EndsWith("-p:Packages=full -p:Torch=cuda -o out", finding.Advice, StringComparison.Ordinal);
        using var values = JsonDocument.Parse(JsonLine.Of(finding.Values));
        Assert.False(values.RootElement.TryGetProperty("precision", out _));
    }

    [Fact]
    public void CUDAs_libraries_are_looked_for_only_where_there_is_a_card_that_will_do()
    {
        static bool Load() => throw new InvalidOperationException("a gigabyte was loaded for nothing");

        Assert.Single(Look(new NvidiaDriver(), hasTorch: true, Load));
        Assert.Single(Look(s_driver with { Cards = [s_old] }, hasTorch: true, Load));
        Assert.Single(Look(s_driver, hasTorch: false, Load));
        Assert.Throws<InvalidOperationException>(() => Look(s_driver, hasTorch: true, Load));
    }

    private static List<Finding> Look(NvidiaDriver driver, bool hasTorch, Func<bool>? hasCuda = null) => [.. new CardCheck(driver, hasTorch, hasCuda ?? (() => true)).Findings()];
}
