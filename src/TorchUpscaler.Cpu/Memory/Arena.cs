using System.Runtime.InteropServices;

namespace TorchUpscaler.Cpu.Memory;

/// <summary>
/// Memory outside the managed heap from which a run or a model cuts all its buffers, in huge pages where the system gives
/// them: the kernels touch dozens of streams at a time, and small pages would cost more than the arithmetic. Fresh pages are
/// zero and become resident when touched; after <see cref="Rewind"/> they keep what was in them.
/// </summary>
internal sealed unsafe partial class Arena : IDisposable
{
    private const int CacheLine = 64;
    private const nuint HugePage = 2 << 20;
    private const nuint LeastBlock = 34 << 20; // above 32 MB glibc always maps fresh pages; below, it may clear and so touch what was freed before
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE of linux/mman.h

    private readonly byte* _start;
    private void* _block;
    private long _used;

    /// <param name="bytes">Bytes that can be cut from it, as <see cref="Bytes"/> counts them.</param>
    /// <exception cref="OutOfMemoryException">The machine has no room for them.</exception>
    public Arena(long bytes)
    {
        Capacity = bytes;
        var size = checked((nuint)bytes);
        _block = NativeMemory.AllocZeroed(Math.Max(size + HugePage, LeastBlock));
        _start = (byte*)(((nuint)_block + HugePage - 1) / HugePage * HugePage);
        if (OperatingSystem.IsLinux() && size >= HugePage)
            _ = Advise(_start, size / HugePage * HugePage, AdviseHugePage); // only a wish: a refusal costs speed, nothing else
    }

    /// <summary>Bytes that can be cut from it in all.</summary>
    public long Capacity { get; }

    /// <summary>Bytes that have been cut.</summary>
    public long Used => _used;

    /// <summary>Bytes that a buffer of so many floats takes.</summary>
    public static long Bytes(long floats) => checked((floats * sizeof(float) + CacheLine - 1) / CacheLine * CacheLine);

    /// <summary>Bytes of it that are in memory: pages come as they are touched. Where the system cannot tell, all of it.</summary>
    public long ResidentBytes()
    {
        if (!OperatingSystem.IsLinux() || _block == null || Capacity == 0) return Capacity;
        var pages = new byte[(Capacity + Environment.SystemPageSize - 1) / Environment.SystemPageSize];
        fixed (byte* residence = pages)
        {
            if (Residence(_start, (nuint)Capacity, residence) != 0) return Capacity;
        }
        return Math.Min(Capacity, pages.LongCount(page => (page & 1) != 0) * Environment.SystemPageSize);
    }

    /// <summary>Cuts a buffer that begins at a cache line.</summary>
    public float* Allocate(long floats)
    {
        var bytes = Bytes(floats);
        ObjectDisposedException.ThrowIf(_block == null, this);
        if (bytes > Capacity - _used)
            throw new InvalidOperationException($"an arena of {Capacity} bytes has no room for {bytes} beside {_used}: the plan and the buffers disagree");
        var buffer = (float*)(_start + _used);
        _used += bytes;
        return buffer;
    }

    /// <summary>Makes all of it free again.</summary>
    public void Rewind() => _used = 0;

    /// <summary>Gives the memory back; a second time nothing happens.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int Residence(void* address, nuint length, byte* pages);
}
