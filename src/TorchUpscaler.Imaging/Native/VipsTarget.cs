using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Native;

/// <summary>Takes the next bytes of an encoded file. Returns false to stop the encoder.</summary>
internal delegate bool TakeBytes(ReadOnlySpan<byte> bytes);

/// <summary>Where a libvips saver puts the encoded bytes: a managed callback instead of a file.</summary>
internal sealed unsafe class VipsTarget : IDisposable
{
    private readonly GObjectHandle _handle;
    private GCHandle _take, _file;

    /// <summary>Makes a target; <paramref name="take"/> is called on libvips' threads, by one at a time, and must not throw.</summary>
    internal VipsTarget(TakeBytes take)
    {
        _handle = new GObjectHandle(LibVips.TargetCustomNew());
        _take = GCHandle.Alloc(take);
        delegate* unmanaged[Cdecl]<nint, byte*, long, nint, long> handler = &Write;
        LibVips.SignalConnect(_handle.Instance, "write", handler, GCHandle.ToIntPtr(_take), 0, 0);
    }

    /// <summary>Makes a target for a saver that goes back in its file; the bytes that <paramref name="take"/> is given belong where the file stands.</summary>
    internal VipsTarget(TakeBytes take, Stream file) : this(take)
    {
        _file = GCHandle.Alloc(file);
        delegate* unmanaged[Cdecl]<nint, byte*, long, nint, long> read = &Read;
        delegate* unmanaged[Cdecl]<nint, long, int, nint, long> seek = &Seek;
        LibVips.SignalConnect(_handle.Instance, "read", read, GCHandle.ToIntPtr(_file), 0, 0);
        LibVips.SignalConnect(_handle.Instance, "seek", seek, GCHandle.ToIntPtr(_file), 0, 0);
    }

    internal nint Instance => _handle.Instance;

    /// <summary>Gives the target back; no saver may use it any more.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        if (_take.IsAllocated) _take.Free();
        if (_file.IsAllocated) _file.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Write(nint target, byte* data, long length, nint take)
    {
        try
        {
            return ((TakeBytes)GCHandle.FromIntPtr(take).Target!)(new ReadOnlySpan<byte>(data, checked((int)length))) ? length : -1;
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Read(nint target, byte* buffer, long length, nint file)
    {
        try
        {
            return ((Stream)GCHandle.FromIntPtr(file).Target!).Read(new Span<byte>(buffer, (int)Math.Min(length, int.MaxValue)));
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(nint target, long offset, int whence, nint file)
    {
        try
        {
            return ((Stream)GCHandle.FromIntPtr(file).Target!).Seek(offset, (SeekOrigin)whence); // numbered as in stdio.h
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }
}
