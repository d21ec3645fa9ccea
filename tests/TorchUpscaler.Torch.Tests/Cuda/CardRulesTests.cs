using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.Torch.Tests.Cuda;

/// <summary>What is made of drivers and cards that this machine has not.</summary>
public sealed class CardRulesTests
{
    private const long Giga = 1L << 30;

    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", "9.0", Precision.Float16)]
    [InlineData("NVIDIA GeForce RTX 5090", "12.0", Precision.Float16)]
    [InlineData("NVIDIA GeForce RTX 3060", "8.6", Precision.Float16)]
    [InlineData("Tesla V100-SXM2-16GB", "7.0", Precision.Float16)]
    [InlineData("NVIDIA GeForce RTX 2080 Ti", "7.5", Precision.Float16)]
    [InlineData("Quadro RTX 4000", "7.5", Precision.Float16)]
    [InlineData("TITAN RTX", "7.5", Precision.Float16)]
    [InlineData("Tesla T4", "7.5", Precision.Float16)]
    [InlineData("NVIDIA T4G", "7.5", Precision.Float16)]
    // TU116 and TU117: black pictures.
    [InlineData("NVIDIA GeForce GTX 1660 Ti", "7.5", Precision.Float32)]
    [InlineData("NVIDIA GeForce GTX 1650", "7.5", Precision.Float32)]
    [InlineData("NVIDIA GeForce MX450", "7.5", Precision.Float32)]
    [InlineData("NVIDIA T400 4GB", "7.5", Precision.Float32)]
    [InlineData("NVIDIA T1000 8GB", "7.5", Precision.Float32)]
    // fp16 there is slower than fp32.
    [InlineData("NVIDIA GeForce GTX 1080 Ti", "6.1", Precision.Float32)]
    public void Half_precision_is_for_cards_that_are_made_for_it(string name, string capability, Precision precision) =>
        Assert.Equal(precision, CardRules.PrecisionFor(Card(name, capability, 8 * Giga)));

    [Theory]
    [InlineData("NVIDIA GeForce GTX 1080", "6.1", 8, "NVIDIA GeForce GTX 1080 is too old: it has compute capability 6.1, and 7.0 is needed")]
    [InlineData("NVIDIA T400", "7.5", 1, "NVIDIA T400 is too small: it has 1024MB of memory, and 1536MB is the least")]
    [InlineData("NVIDIA T400", "7.5", 2, null)]
    [InlineData("Tesla V100-SXM2-16GB", "7.0", 16, null)]
    public void Cards_that_are_too_old_or_too_small_are_told_of(string name, string capability, int gigabytes, string? fault)
    {
        var found = CardRules.Fault(Card(name, capability, gigabytes * Giga));

        if (fault is null) Assert.Null(found);
        else Assert.StartsWith(fault, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_thing_that_a_driver_can_lack_has_a_sentence_that_says_what_to_do()
    {
        var good = new NvidiaDriver { Version = "570.86.15", Cuda = new Version(12, 8), Cards = [Card("NVIDIA H100 80GB HBM3", "9.0", 80 * Giga)] };
        Assert.Null(good.Fault);
        Assert.Null((good with { Version = "525.60.13", Cuda = new Version(12, 0) }).Fault);
        Assert.Null((good with { Version = null, Cuda = new Version(13, 1) }).Fault);

        Says(new NvidiaDriver(), "this machine has no NVIDIA driver, and so no card to compute on");
        Says(new NvidiaDriver { Version = "570.86.15" }, "the NVIDIA driver 570.86.15 is loaded, but its library libcuda.so.1 is not here; ", "--gpus all");
        Says(good with { Version = "470.256.02", Cuda = new Version(11, 4), Cards = [] }, "the NVIDIA driver 470.256.02 knows CUDA 11.4 at most, and CUDA 12.0 is needed; ", "525.60.13");
        Says(good with { Trouble = CudaLibrary.Describe(803), Cards = [] }, "the NVIDIA driver 570.86.15 does not start: its kernel module and its library are of different versions; restart");
        Says(good with { Trouble = CudaLibrary.Describe(999), Cards = [] }, "error 999 of CUDA; ", "nvidia-smi");
        Says(good with { Cards = [] }, "the NVIDIA driver 570.86.15 finds no card; ", "CUDA_VISIBLE_DEVICES", "--gpus all");
    }

    [Fact]
    public void One_card_that_will_do_is_enough()
    {
        var old = Card("NVIDIA GeForce GTX 1080", "6.1", 8 * Giga);
        var good = new NvidiaDriver { Cuda = new Version(12, 8), Cards = [old, Card("NVIDIA GeForce RTX 3060", "8.6", 12 * Giga)] };

        Assert.Null(good.Fault);
        Says(good with { Cards = [old] }, "NVIDIA GeForce GTX 1080 is too old");
    }

    private static void Says(NvidiaDriver driver, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, driver.Fault, StringComparison.Ordinal));

    private static NvidiaCard Card(string name, string capability, long bytes) => new(0, name, bytes, Version.Parse(capability));
}
