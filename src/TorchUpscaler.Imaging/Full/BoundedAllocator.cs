using System.Buffers;
using System.Runtime.CompilerServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Memory;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// Memory for one picture: no more at a time than it explains, whatever its file says. Nothing is kept for the next one, but for what the
/// runtime's own pool keeps.
/// </summary>
/// <param name="most">Bytes.</param>
/// <param name="cancellation">Is asked before each piece.</param>
internal sealed class BoundedAllocator(long most, CancellationToken cancellation) : MemoryAllocator
{
    private const int BufferBytes = 1 << 16; // of a file
    private const int BlockBytes = 64 << 20; // of a picture; a row has to lie in one
    private const int SlackBytes = 64; // behind each piece: ImageSharp's vector code reads, and in PNG's filters writes, some bytes beyond a row's end

    private static readonly MemoryAllocator s_system = Create(new MemoryAllocatorOptions { MaximumPoolSizeMegabytes = 0 });

    private long _used;

    /// <summary>A configuration of our own: one thread, and memory for one picture.</summary>
    internal static Configuration Configuration(long mostBytes, CancellationToken cancellation) => new()
    {
        MemoryAllocator = new BoundedAllocator(mostBytes, cancellation),
        MaxDegreeOfParallelism = 1,
        StreamProcessingBufferSize = BufferBytes,
    };

    /// <inheritdoc/>
    protected override int GetBufferCapacityInBytes() => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<T> Allocate<T>(int length, AllocationOptions options = AllocationOptions.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        cancellation.ThrowIfCancellationRequested();
        var slack = (SlackBytes / Unsafe.SizeOf<T>()) + 1;
        var bytes = (length + (long)slack) * Unsafe.SizeOf<T>();
        if (Interlocked.Add(ref _used, bytes) > most)
        {
            Interlocked.Add(ref _used, -bytes);
            throw new InvalidMemoryOperationException("more memory than the picture explains");
        }
        try
        {
            return new Counted<T>(s_system.Allocate<T>(checked(length + slack), options), length, () => Interlocked.Add(ref _used, -bytes));
        }
        catch
        {
            Interlocked.Add(ref _used, -bytes);
            throw;
        }
    }

    private sealed class Counted<T>(IMemoryOwner<T> inner, int length, Action release) : IMemoryOwner<T>
    {
        private Action? _release = release;

        public Memory<T> Memory => inner.Memory[..length];

        public void Dispose()
        {
            inner.Dispose();
            Interlocked.Exchange(ref _release, null)?.Invoke();
        }
    }
}
