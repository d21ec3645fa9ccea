using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>
/// Puts the rows of a stored picture where they belong in the upright one, for EXIF's orientations 1 to 8. Rows come as
/// the file stores them, so a turned picture needs no second copy.
/// </summary>
internal sealed class Upright
{
    private readonly int _first, _stepX, _stepY; // in pixels of the upright picture
    private readonly int _pixelBytes;

    /// <summary>Prepares for a picture.</summary>
    /// <param name="orientation">EXIF's tag, 1 to 8.</param>
    /// <param name="storedWidth">Pixels in a row as stored.</param>
    /// <param name="storedHeight">Rows as stored.</param>
    /// <param name="pixelBytes">Bytes of a pixel: 1, 2, 3, 4, 6 or 8.</param>
    internal Upright(int orientation, int storedWidth, int storedHeight, int pixelBytes)
    {
        (Width, Height) = Turns(orientation) ? (storedHeight, storedWidth) : (storedWidth, storedHeight);
        var (right, bottom, corner) = (Width - 1, checked((Height - 1) * Width), checked((Height * Width) - 1));
        (_first, _stepX, _stepY) = orientation switch
        {
            1 => (0, 1, Width),
            2 => (right, -1, Width),
            3 => (corner, -1, -Width),
            4 => (bottom, 1, -Width),
            5 => (0, Width, 1),
            6 => (right, Width, -1),
            7 => (corner, -Width, -1),
            8 => (bottom, -Width, 1),
            _ => throw new ArgumentOutOfRangeException(nameof(orientation), orientation, "1 to 8"),
        };
        _pixelBytes = pixelBytes;
    }

    /// <summary>Pixels in a row of the upright picture.</summary>
    internal int Width { get; }

    /// <summary>Rows of the upright picture.</summary>
    internal int Height { get; }

    /// <summary>Whether the orientation swaps width and height.</summary>
    internal static bool Turns(int orientation) => orientation >= 5;

    /// <summary>Places stored row <paramref name="y"/>.</summary>
    /// <param name="row">The row's pixels.</param>
    /// <param name="y">Which row of the stored picture it is.</param>
    /// <param name="picture">The upright picture's bytes, <c>[Height][Width]</c> pixels.</param>
    internal void Place(ReadOnlySpan<byte> row, int y, Span<byte> picture)
    {
        if (_stepX == 1)
        {
            row.CopyTo(picture[((_first + (y * _stepY)) * _pixelBytes)..]);
            return;
        }
        switch (_pixelBytes)
        {
            case 1: Scatter(row, y, picture); break;
            case 2: Scatter(MemoryMarshal.Cast<byte, ushort>(row), y, MemoryMarshal.Cast<byte, ushort>(picture)); break;
            case 3: Scatter(MemoryMarshal.Cast<byte, Pixel3>(row), y, MemoryMarshal.Cast<byte, Pixel3>(picture)); break;
            case 4: Scatter(MemoryMarshal.Cast<byte, uint>(row), y, MemoryMarshal.Cast<byte, uint>(picture)); break;
            case 6: Scatter(MemoryMarshal.Cast<byte, Pixel6>(row), y, MemoryMarshal.Cast<byte, Pixel6>(picture)); break;
            case 8: Scatter(MemoryMarshal.Cast<byte, ulong>(row), y, MemoryMarshal.Cast<byte, ulong>(picture)); break;
            default: throw new InvalidOperationException($"no pixels of {_pixelBytes} bytes");
        }
    }

    private void Scatter<T>(ReadOnlySpan<T> row, int y, Span<T> picture)
    {
        var at = _first + (y * _stepY);
        foreach (var pixel in row)
        {
            picture[at] = pixel;
            at += _stepX;
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = 3, Pack = 1)]
    private readonly struct Pixel3;

    [StructLayout(LayoutKind.Sequential, Size = 6, Pack = 1)]
    private readonly struct Pixel6;
}
