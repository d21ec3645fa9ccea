using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Tests;

public class OutOfMemoryTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total capacity)", true)]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", true)]
    [InlineData("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED", true)]
    [InlineData("GET was unable to find an engine to execute this computation", true)]
    [InlineData("CUDA error: an illegal memory access was encountered", false)]
    [InlineData("Expected all tensors to be on the same device", false)]
    public void Too_little_memory_is_told_from_other_faults(string message, bool isIt) =>
        Assert.Equal(isIt, OutOfMemory.Is(new DeviceException(message)));

    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be reported later\n")]
    [InlineData("CUDA error: unspecified launch failure")]
    public void After_an_error_of_CUDA_itself_the_device_is_lost(string message)
    {
        var error = new DeviceException(message);
        Assert.True(DeviceFault.Is(error));
        var lost = Assert.IsType<DeviceLostException>(DeviceFault.Of(error, new TorchDevice(IsCuda: true, 1)));
        Assert.StartsWith("cuda:1 can no longer be used by this process: CUDA error: ", lost.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', lost.Message);
    }

    [Fact]
    public void Another_error_of_libtorch_is_told_by_its_first_line() => Assert.Equal("libtorch failed on cpu: expected 4 dimensions",
        DeviceFault.Of(new DeviceException("\nexpected 4 dimensions.\nframe #0: c10::Error"), TorchDevice.Cpu).Message);

    [Fact]
    public void A_sentence_of_ours_that_speaks_of_memory_is_none() =>
        Assert.False(OutOfMemory.Is(new IOException("out of memory")));
}
