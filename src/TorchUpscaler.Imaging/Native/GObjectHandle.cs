using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Native;

/// <summary>One reference to a GLib object, given back when disposed.</summary>
internal sealed class GObjectHandle : SafeHandle
{
    internal GObjectHandle(nint instance) : base(0, ownsHandle: true) => SetHandle(instance);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The object; valid until this handle is disposed.</summary>
    internal nint Instance => !IsClosed ? handle : throw new ObjectDisposedException(nameof(GObjectHandle));

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibVips.Unref(handle);
        return true;
    }
}
