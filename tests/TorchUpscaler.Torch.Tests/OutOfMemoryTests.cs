namespace TorchUpscaler.Torch.Tests;

public class OutOfMemoryTests
{
    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 7.79 GiB total capacity)", true)]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", true)]
    [InlineData("CUDA error: an illegal memory access was encountered", false)]
    [InlineData("Expected all tensors to be on the same device", false)]
    public void Too_little_memory_is_told_from_other_faults(string message, bool isIt) =>
        Assert.Equal(isIt, OutOfMemory.Is(new DeviceException(message)));

    [Fact]
    public void A_sentence_of_ours_that_speaks_of_memory_is_none() =>
        Assert.False(OutOfMemory.Is(new IOException("out of memory")));
}
