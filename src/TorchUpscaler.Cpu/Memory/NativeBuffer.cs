using System.Runtime.InteropServices;

namespace TorchUpscaler.Cpu.Memory;

/// <summary>Floats outside the managed heap, zero at first, aligned to a cache line. Pages become resident when touched.</summary>
internal sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int Alignment = 64;
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE of linux/mman.h

    private void* _block;

    /// <exception cref="OutOfMemoryException">The machine has no room for them.</exception>
    public NativeBuffer(long floats)
    {
        Length = floats;
        var bytes = checked((nuint)floats * sizeof(float));
        var alignment = bytes >= HugePage ? HugePage : Alignment;
        _block = NativeMemory.AllocZeroed(bytes + alignment);
        Pointer = (float*)(((nuint)_block + alignment - 1) / alignment * alignment);
        if (OperatingSystem.IsLinux() && bytes >= HugePage)
            _ = Advise(Pointer, bytes / HugePage * HugePage, AdviseHugePage); // only a wish: a refusal costs speed, nothing else
    }

    /// <summary>Number of floats.</summary>
    public long Length { get; }

    /// <summary>The first float.</summary>
    public float* Pointer { get; private set; }

    /// <summary>Bytes of a buffer of so many floats.</summary>
    public static long Bytes(long floats) => checked(floats * sizeof(float)) + Alignment;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
        Pointer = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
