using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.Imaging.Native;

/// <summary>
/// A file as a libvips loader reads it: by managed callbacks. Left to itself libvips maps some files into memory, and when
/// such a file is cut short by another program meanwhile, the whole process dies.
/// </summary>
internal sealed unsafe class VipsSource : IDisposable
{
    private const int FromStart = 0, FromHere = 1, FromEnd = 2; // SEEK_SET and so on of stdio.h

    private readonly GObjectHandle _handle;
    private readonly SafeFileHandle _file;
    private GCHandle _self;
    private long _position;

    /// <summary>Makes a source of a file, which stays the caller's.</summary>
    internal VipsSource(SafeFileHandle file)
    {
        _file = file;
        _handle = new GObjectHandle(LibVips.SourceCustomNew());
        _self = GCHandle.Alloc(this);
        delegate* unmanaged[Cdecl]<nint, byte*, long, nint, long> read = &Read;
        delegate* unmanaged[Cdecl]<nint, long, int, nint, long> seek = &Seek;
        LibVips.SignalConnect(_handle.Instance, "read", read, GCHandle.ToIntPtr(_self), 0, 0);
        LibVips.SignalConnect(_handle.Instance, "seek", seek, GCHandle.ToIntPtr(_self), 0, 0);
    }

    internal nint Instance => _handle.Instance;

    /// <summary>Gives the source back; no loader may use it any more.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        if (_self.IsAllocated) _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Read(nint source, byte* buffer, long length, nint self)
    {
        try
        {
            var me = (VipsSource)GCHandle.FromIntPtr(self).Target!;
            var count = RandomAccess.Read(me._file, new Span<byte>(buffer, (int)Math.Min(length, int.MaxValue)), me._position);
            me._position += count;
            return count;
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(nint source, long offset, int whence, nint self)
    {
        try
        {
            var me = (VipsSource)GCHandle.FromIntPtr(self).Target!;
            var position = whence switch
            {
                FromStart => offset,
                FromHere => checked(me._position + offset),
                FromEnd => checked(RandomAccess.GetLength(me._file) + offset),
                _ => -1,
            };
            if (position < 0) return -1;
            return me._position = position;
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }
}
