using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.Torch.Tests.Cuda;

/// <summary>How the driver is asked. That it is missing here, or there, is an answer and no error.</summary>
public sealed class NvidiaDriverTests
{
    [Theory]
    [InlineData("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May  2 14:37:44 UTC 2024\nGCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n", "470.256.02")]
    [InlineData("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build  (dvs-builder@host)  Fri Aug 16 21:42:42 UTC 2024\n", "560.35.03")]
    [InlineData("GCC version:  gcc version 12.2.0\n", null)]
    [InlineData("NVRM version: none\n", null)]
    [InlineData("", null)]
    public void The_kernel_modules_version_is_read_from_its_file(string text, string? version) => Assert.Equal(version, NvidiaDriver.ParseVersion(text));

    [Fact]
    public void A_machine_is_asked_without_an_error_whatever_it_has()
    {
        var driver = NvidiaDriver.Look();

        Assert.Equal(driver.IsThere, driver.Version is not null || driver.Cuda is not null);
        Assert.Equal(driver.Fault is null, driver.Cards.Any(card => CardRules.Fault(card) is null));
        Assert.Equal(Enumerable.Range(0, driver.Cards.Count), driver.Cards.Select(card => card.Index));
        Assert.All(driver.Cards, card => Assert.True(card is { Name.Length: > 0, TotalBytes: > 0, Capability.Major: > 0 }, card.ToString()));
    }

    [Fact]
    public void What_is_free_on_a_card_that_is_not_there_is_not_known() => Assert.Null(NvidiaDriver.FreeBytes(63));

    [Fact]
    public void The_version_of_CUDA_is_told_in_one_number() =>
        Assert.Equal((new Version(12, 8), new Version(11, 4), new Version(13, 0)), (CudaLibrary.VersionOf(12080), CudaLibrary.VersionOf(11040), CudaLibrary.VersionOf(13000)));
}
