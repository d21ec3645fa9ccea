using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Native;

/// <summary>VipsBandFormat: the type of a sample.</summary>
internal enum BandFormat { UChar = 0, Char = 1, UShort = 2, Short = 3, UInt = 4, Int = 5, Float = 6, Complex = 7, Double = 8 }

/// <summary>VipsCoding: how a pixel is packed.</summary>
internal enum Coding { None = 0, LabQ = 2, Rad = 6 }

/// <summary>VipsInterpretation: what the samples mean.</summary>
internal enum Interpretation
{
    Multiband = 0, Grey = 1, Lab = 13, Cmyk = 15, LabQ = 16, Rgb = 17, LabS = 21, Srgb = 22, Rgb16 = 25, Grey16 = 26, ScRgb = 28,
}

/// <summary>VipsRect, in pixels.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VipsRect
{
    public int Left, Top, Width, Height;
}

/// <summary>GValue: its public size is fixed by GLib's ABI.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    public nuint Type;
    public ulong Data0, Data1;
}

/// <summary>GTypeQuery; used to learn how large a VipsObject is in the library at hand.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GTypeQuery
{
    public nuint Type;
    public nint Name;
    public uint ClassSize, InstanceSize;
}
